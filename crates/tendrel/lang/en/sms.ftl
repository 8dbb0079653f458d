# SMS: the same notices as the letters, short.

menu-sms = SMS
sms-title = SMS
sms-lead = The same notices as the letters, short, for people with a telephone and no mail. Only outwards: answers by SMS are not received.
sms-is-on = on
sms-is-off = off
sms-words-title = Words of the messages
sms-paused-refuses = The gateway says no again and again: nothing is sent until you have looked
sms-paused-away = The gateway fails again and again; it is tried once an hour
sms-paused-do = { $n ->
    [0] Nothing waits.
    [one] One message waits.
   *[other] { $n } messages wait.
} The log says what the gateway answered. Mend it, then go on.
sms-go-on = Go on now
done-sms-goes-on = It is tried again at once.
done-sms-set = The gateway is saved.

sms-gateway = The gateway
sms-on = Send SMS
sms-url = Address
sms-url-hint = Places are { $places }; in an address and a form what is put in is encoded.
sms-url-missing = Enter the whole address, such as https://sms.example.bt/send. The name of the machine holds no place in brackets.
sms-url-https = The address begins with https://. For a modem on this machine allow_http in the table [webhooks] of tendrel.toml lets http:// in.
sms-url-password = Put name and password into the headers, with {"{"}secret{"}"} for the password, not into the address.
sms-url-inside = This is an address of the inner network. For a modem here, name it in allow_internal in the table [webhooks] of tendrel.toml.
sms-url-places = The address needs {"{"}to{"}"} and {"{"}text{"}"}.
sms-how = Handed over as
sms-how-get = GET: all in the address
sms-how-form = POST: a form
sms-how-json = POST: JSON
sms-how-missing = Choose how a message is handed over.
sms-body = Body
sms-body-hint = Of a form: to={"{"}to{"}"}&text={"{"}text{"}"}. Of JSON: {"{"}"to": "+{"{"}to{"}"}", "text": "{"{"}text{"}"}"{"}"}. The number comes with its country and without a plus.
sms-body-places = The body needs {"{"}to{"}"} and {"{"}text{"}"}.
sms-body-json = With its places filled in, the body is not JSON. Put quotes around each place.
sms-headers = Headers
sms-headers-hint = One on each line, such as Authorization: Bearer {"{"}secret{"}"}
sms-headers-headers = Write a name, a colon and a value on each line, such as X-Key: {"{"}secret{"}"}
sms-secret = Secret
sms-secret-hint = Kept sealed, and put where {"{"}secret{"}"} stands.
sms-secret-kept = One is kept. Leave this empty to keep it.
sms-sender = Sender, for {"{"}sender{"}"}
sms-answer-holds = The answer must hold
sms-answer-hint = A message counts as sent when the gateway answers with a status from 200 to 299 and, where something stands here, with these words.

sms-numbers = Mobile numbers
sms-country = Country code
sms-country-wrong = Enter the code of the country in digits, such as 975
sms-digits = Digits without it
sms-prefixes = They begin with
sms-prefixes-wrong = Enter how mobile numbers begin, such as 17, 77
sms-number = Enter a number from { $least } to { $most }

sms-limits = Limits and hours
sms-a-day-per-number = To one number in 24 hours
sms-a-day-in-all = In all in 24 hours
sms-a-minute = In a minute
sms-parts = Parts of one message at most
sms-quiet-hint = For people who chose no hours of their own. Only an emergency goes to its unit at night.
sms-price = Price of a part in Nu., 0 if nobody counts
sms-price-wrong = Enter an amount such as 0.50

sms-try = Try it
sms-try-to = Mobile number
sms-try-hint = One message, at once, whether it is on or off. Save the gateway first.
sms-try-send = Send a try to this number
sms-try-first = Save the address of the gateway first.
sms-try-number = Enter a mobile number, such as 17123456
sms-try-words = This is a try from the ICT desk. SMS arrives here.
done-sms-tried = The gateway took it. It is on its way.
done-sms-tried-in-vain = The gateway did not take it: see its answer below.

sms-month = This month
sms-month-messages = Messages sent
sms-month-parts = Parts
sms-month-cost = Cost
sms-money = Nu. { $amount }
sms-waiting = Waiting now

sms-log-title = Log of SMS
sms-log-lead = The newest first. Of whom only the last three digits are shown; the case tells its unit more.
sms-log-none = Nothing was sent by SMS yet.
sms-log-what = Message
sms-log-try = Try
sms-log-request = Request
sms-log-to = To
sms-log-parts = Parts
sms-log-outcome = Outcome
sms-log-answer = Why, and the gateway's answer
sms-log-pages = Pages of the log
sms-log-older = Older

sms-why-number-full = This number had its messages of the day.
sms-why-day-full = All messages of the day were used.
sms-why-refused = The gateway refused it.
sms-why-not-taken = The gateway answered without the words that mean yes.
sms-why-given-up = The gateway did not take it.
sms-why-too-old = It waited too long to be of use.

# On the case
sms-to = SMS to { $number }
notice-sms-failed = An SMS did not arrive:
notice-sms-paused = The SMS gateway fails: see SMS

# The words of the messages
sms-short = SMS
sms-words-rules = The lines become one; a line in which a variable has nothing to say is left out. What was said and the subject are cut where the message would be too long.
sms-words-label = The message
sms-count = { $parts ->
    [one] { $units } places, one part
   *[other] { $units } places, { $parts } parts
}
sms-alphabet-gsm7 = 160 places in a message
sms-alphabet-ucs2 = 70 places in a message, because of the script or a sign

# What somebody wants by SMS
my-letters-by = What comes, and how
my-letters-by-mail = E-mail
my-letters-by-sms = SMS
my-letters-always-short = always
my-letters-sms-to = SMS go to { $number }.
my-letters-sms-none = No SMS can come: your telephone number is no mobile number that is known here. Your unit can change it.

system-sms-refuses = The SMS gateway says no again and again: nothing is sent by SMS
system-sms-away = The SMS gateway fails again and again
system-sms-look = Look at it
