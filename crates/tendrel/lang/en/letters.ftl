# Letters: what the desk says by e-mail.

letters-title = Letters
letter-waiting = waits
letter-sent = sent
letter-failed = not sent
letter-bounced = came back
letter-stopped = held back
letter-do = It did not arrive, and there is no telephone number: ask the office for one.
letter-do-call = It did not arrive. Telephone:

letter-kind-received = It came in
letter-kind-replied = The unit answered
letter-kind-asked = The unit asks something
letter-kind-held = It waits for somebody else
letter-kind-reminded = Reminder that it waits for an answer
letter-kind-reminded-2 = Second reminder that it waits for an answer
letter-kind-resolved = It is settled
letter-kind-closed = It is closed
letter-kind-cancelled = It is cancelled
letter-kind-reopened = The unit opened it again
letter-kind-moved = Another unit has it now
letter-kind-assigned = You are given a request
letter-kind-warned = Three quarters of the time are used
letter-kind-breached = A request is late
letter-kind-handed-over = A request is handed over to your unit
letter-kind-wrote = The requester wrote
letter-kind-digest = Digest of the morning

letter-clock-response = first answer
letter-clock-resolution = solution
letter-digest-subject = Your requests on { $day }
letter-digest-more = { $n ->
    [one] and one more
   *[other] and { $n } more
}

# The links of a letter
letter-link-over = This link holds no longer. Follow the request with its number and your telephone number.
after-letter-closed = It is closed already. If the matter comes back, say so on its page.
after-letter-open = It is still open: there is nothing to press here now.
after-letter-broken = It still does not work.
after-letter-say-broken = Still not working
after-letter-whole = See the whole request

# Which letters somebody gets
my-letters-title = My letters
my-letters-to = Letters go to { $address }.
my-letters-no-address = There is no e-mail address for you, so nothing is sent. Your unit can add one.
my-letters-off = No letters are sent from here: the operator has set no mail server.
my-letters-asked = What you asked for
my-letters-always = Questions to you, and that something is settled, always come.
my-letters-worked = What you work on
my-letters-digest = A digest each morning
my-letters-digest-hint = What is late, due today and new, in one letter on working days.
my-letters-quiet = When and how
my-letters-quiet-what = In these hours no letter comes, unless a case is an emergency. Write times such as 20:00, or leave both empty for none.
my-letters-from = Quiet from
my-letters-until = Quiet until
my-letters-time = Write a time of the day, such as 20:00
my-letters-both-times = Write both times, or none
my-letters-language = Language

# The words of the letters
menu-letters = Letters
letter-words-title = Words of the letters
letter-words-about = What the desk writes by e-mail, for all units. Each letter can be changed and brought back.
letter-words-letter = Letter
letter-words-for = Goes to
letter-words-language = Words in
letter-words-officers = those who work on it
letter-words-requester = the one who asked
letter-words-changed = Changed here
letter-words-rules = A line in which a variable has nothing to say is left out. “> ” before a line quotes; [words]({"{"}address{"}"}) on a line of its own is a button.
letter-words-go-back = Back to the original words
letter-words-words = Words
letter-words-label = The letter, without its subject
letter-words-try = Try it
letter-words-variables = What may stand in it
letter-words-preview = On an invented case
letter-words-versions = Versions
letter-words-was-original = The original words.
letter-words-empty = Write the letter; to have the original words again, press the button above
letter-words-long = Write no more than { $n } letters
letter-words-unknown = { $name } is not known in this letter; the list below names what is
letter-words-open = A curly bracket is not closed in the line “{ $line }”
done-letter-words-saved = The words are saved. The next letter is written so.
done-letter-words-back = The original words are back.

letter-variable-name = whom the letter is for
letter-variable-number = number of the request
letter-variable-subject = subject of the request
letter-variable-service = service
letter-variable-unit = name of the unit
letter-variable-phone = telephone of the unit
letter-variable-unit-email = e-mail of the unit
letter-variable-desk-email = where answers by e-mail go; empty where no mail comes in
letter-variable-preferences = link to “My letters”; empty for who cannot sign in
letter-variable-follow = secret link to the request
letter-variable-works = link “It works”
letter-variable-broken = link “Still not working”
letter-variable-rate = link to the stars
letter-variable-answer-by = when the first answer is promised
letter-variable-done-by = when it is promised to be done
letter-variable-office = office it is for
letter-variable-officer = who did it
letter-variable-words = what was said
letter-variable-by = by when an answer is hoped for
letter-variable-since = since when it waits
letter-variable-reason = why it waits
letter-variable-closes = when it closes itself
letter-variable-from = unit it comes from
letter-variable-requester = who asked
letter-variable-case = link to the case
letter-variable-clock = which promise
letter-variable-due = what is due, or when
letter-variable-late = what is late
letter-variable-new = what nobody has
letter-variable-open = how many are open
letter-variable-today = link to today's page

notice-bounced = A letter did not arrive:
notice-letters-stopped = Letters are held back: see System

system-letters = { $n ->
    [one] Too many letters within an hour: one is held back
   *[other] Too many letters within an hour: { $n } are held back
}
system-letters-do = Look at what made so many: two desks that answer each other, or an import. Then send them, or throw them away; new letters go out again either way.
system-letters-send = Send them
system-letters-throw = Throw them away
done-letters-sent = Letters go out again.
done-letters-thrown-away = They are thrown away. New letters go out again.
