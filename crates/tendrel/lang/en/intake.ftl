# How requests come in: the portal, the forms, the call, the charter, the catalogue.

promised-days = { $n ->
    [one] 1 working day
   *[other] { $n } working days
}
promised-agreed = agreed with you
promised-usually = usually { $usual } · promised { $promised }
promised-only = promised { $promised }

portal-title = What can we do for your office today?
portal-search = Say what you need, in your own words
portal-search-hint = For example: the printer does not print, a new account, a website update. Or the number of a request.
portal-find = Find
portal-contact = No Internet where you are? Call, fax or write:
portal-found = Services for “{ $q }”
portal-nothing = Nothing fits these words. Try others, or write to us under
portal-something-else = Something else
portal-follow = Follow { $number }
portal-all = All services
portal-waiting = You are waiting for
portal-due = due
portal-so-far = Last 90 days: { $cases ->
    [one] 1 request
   *[other] { $cases } requests
} done, { $within } % within the promise.
portal-charter = See what we promise

form-optional = (optional)
form-yes = Yes
form-no = No
form-only-if = Only if “{ $question }” is: { $answers }
form-missing = Answer this: { $label }
form-missing-choice = Choose one answer: { $label }
form-missing-choices = Choose at least one: { $label }
form-missing-date = Enter the date: { $label }
form-missing-office = Enter the office: { $label }
form-missing-person = Enter the name: { $label }
form-missing-file = Add the file: { $label }
form-too-long = Shorten “{ $label }” to { $limit } characters; it has { $length }
form-not-offered = “{ $value }” is not one of the answers to “{ $label }”. Choose one of those that are offered
form-one-only = Give one answer only: { $label }
form-yes-no = Answer yes or no: { $label }
form-not-a-number = Write “{ $label }” in digits, such as 12; “{ $value }” cannot be counted with
form-number-small = “{ $label }” must be { $min } or more
form-number-large = “{ $label }” must be { $max } or less
form-not-a-date = Write “{ $label }” as day, month and year, such as 20/11/2026; “{ $value }” is no date
form-no-such-day = There is no day “{ $value }”. Look it up in a calendar: { $label }
form-date-early = “{ $label }” must be { $min } or later
form-date-late = “{ $label }” must be { $max } or earlier
form-unknown-key = This service has no field “{ $key }”. Ask /api/v1/services for the fields it has
form-shape = “{ $key }” must be a text, a number, true or false, or a list of texts

matter-subject-missing = Say in one line what it is about
matter-name-missing = Enter your name
matter-too-long = Shorten this to { $limit } characters; it has { $length }
matter-reach-missing = Enter a phone number or an e-mail address, so that we can tell you when it is done
matter-phone = Write the phone number in digits, such as 17600004
matter-email = Write the e-mail address in full, such as name@school.bt
matter-grade = Choose one of the answers that are offered

ask-rests-on = (from { $cases } cases in 90 days)
ask-all-promises = All promises
ask-documents = Have these at hand
ask-starts-complete = The promised time counts from the day all of them are here.
ask-already-open = Your office has already asked for this
ask-draft-keeps = What you type stays on this device until you send it.
ask-draft-found = This is what you typed here before.
ask-draft-throw = Throw it away
ask-office = Your office
ask-office-hint = Begin to type: school, gewog, hospital, sector
ask-office-missing = Enter your office, such as the name of the school, gewog or sector
ask-office-unserved = We do not know which ICT unit serves this office. Choose one of the names that are offered as you type
ask-which = Which “{ $name }” is yours?
ask-which-office = Several offices have this name: choose yours
ask-none-of-these = None of these
ask-change = Change
ask-subject = What is it about?
ask-subject-hint = One line, such as: No Internet in the computer lab
ask-description = Anything that helps us
ask-impact = Who is stopped by it?
ask-urgency = How long can it wait?
ask-name = Your name
ask-phone = How can we reach you?
ask-phone-hint = A phone number, or the e-mail address below
ask-email = E-mail
ask-files = Photos or papers
ask-files-hint = Up to ten files, 10 MB each
ask-file-kept = { $name } is kept
ask-file-large = is larger than 10 MB. Choose a smaller one.
ask-send = Send the request
ask-sending = Sending …
ask-paper = Print an empty form
ask-offline = There is no connection. What you typed is kept on this device: send it again when the network is back.
ask-kept = What you typed is still here.
ask-changed = This form changed while you were writing. What you typed is kept; look it over and send it again.
ask-changed-new = New: { $label }
ask-changed-required = Now needed: { $label }
ask-changed-other = Changed: { $label }
ask-changed-gone = No longer asked: { $label }
ask-changed-documents = Other documents are needed now.
ask-unknown-title = There is no such service
ask-unknown = It may have got another name. Look through the services, or write to us under “Something else”: we find the right desk.
ask-unknown-all = All services

sent-title = We have your request
sent-number = Number
sent-next = What happens next
sent-within = within { $amount }
sent-response = You hear from us by
sent-response-then = From then you hear from us within
sent-resolution = It is done by
sent-resolution-then = It is done within
sent-papers = The time counts from the day all papers are here. Bring or send those that are missing.
sent-agree = When it is done we ask you whether it is right. If not, you say so with one press.
sent-how = How this time is counted
sent-day = Day
sent-counts = What counts
sent-holiday = holiday: { $name }
sent-closed = closed: { $note }
sent-free-day = no working day
sent-outside = outside working time
sent-no-hours = no working hours
sent-more-days = … and so on until the day above.
sent-follow = Follow it
sent-follow-words = With this link you see how far it is and can answer us, without signing in. Keep it: whoever has it can read your request.
sent-open = Follow the request
sent-print = Print
sent-another = Ask for something else
sent-call = Questions? Call { $phone } and say the number { $number }.
sent-same = Your office has asked for this before, and it is still open
sent-same-public = Your office has already asked for this on
sent-same-joined = We look at both together.

charter-title = What we promise
charter-intro = For each service: how soon you hear from us, how soon it is done, and how long it really takes. All times are working time; what is usual is measured over the last { $days } days.
charter-priorities = How pressing a request is follows from who is stopped and whether work can go on:
charter-sample = The times are samples until the head of the unit has decided them.
charter-g2g = for government offices
charter-g2c = for citizens
charter-g2b = for businesses
charter-usual = Usually { $median }
charter-p90 = Nine of ten within { $p90 }; { $within } % kept the promise.
charter-cases = From { $cases } cases.
charter-few = { $cases ->
    [0] No case in these days yet.
    [one] 1 case only: too few to say what is usual.
   *[other] { $cases } cases: too few to say what is usual.
}
charter-documents = Documents:
charter-waits = The time counts from the day they are here.
charter-priority = How pressing
charter-response = You hear from us within
charter-resolution = Done within
