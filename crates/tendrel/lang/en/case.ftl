# The case: queue, case page, acts, clocks, Today, search, notices, and the page of the one who asked.

state-new = New
state-in-progress = In progress
state-on-hold = On hold
state-resolved = Resolved
state-closed = Closed
state-cancelled = Cancelled

channel-web = web
channel-phone = phone
channel-email = e-mail
channel-fax = fax
channel-letter = letter
channel-walk-in = walk-in
channel-api = program
channel-monitoring = monitoring

amount-minutes = { $n } min
amount-hours = { $n ->
    [one] 1 working hour
   *[other] { $n } working hours
}
amount-days = { $n ->
    [one] 1 working day
   *[other] { $n } working days
}
size-kb = { $n } kB
size-mb = { $n } MB

# Rows of lists
row-request = Request
row-from = From
row-promise = Promise
row-state = State
row-officer = Officer
row-age = Age
row-nobody = nobody yet

clock-row-left = { $time } left
clock-row-over = { $time } over
clock-row-paused = paused, { $time } left
clock-row-answer = answer in { $time }
clock-row-answer-over = answer { $time } over
clock-row-done = took { $used }
clock-row-papers = waits for papers
clock-row-none = no promise

# The clocks of a case
clock-response-runs = First answer due in { $left } of { $target }
clock-response-over = First answer { $over } over the promised { $target }
clock-response-paused = First answer: paused
clock-response-kept = First answer in { $used } of { $target }
clock-response-broken = First answer { $over } after the promised { $target }
clock-resolution-runs = { $left } left of { $target }
clock-resolution-over = { $over } over the promised { $target }
clock-resolution-paused = Paused with { $left } left of { $target }
clock-resolution-kept = Done in { $used } of { $target }
clock-resolution-broken = Done { $over } after the promised { $target }
clock-waits-for-papers = The promise begins when the papers are complete.
clock-no-promise = Nothing is promised for this kind of request.

explain-title = How this is counted
explain-promised = Promised for priority { $priority }: a first answer in { $response }, done in { $resolution } ({ $hours }).
explain-start = Counted from
explain-due = to
explain-day = Day
explain-hours = Hours
explain-counted = Counted
explain-holiday = Holiday: { $name }
explain-exception = Closed: { $note }
explain-weekday = no working hours on this day of the week
explain-outside = outside the working hours
explain-no-hours = no working hours known
explain-more = There are more days than fit here.
explain-pauses = Not counted
explain-still = still
explain-was-resolved = It was thought to be done

# The queue
queue-open = Open requests
queue-all = Requests
queue-log = Log a call
queue-filters = Narrow the list
queue-unit = Unit
queue-state = State
queue-officer = Officer
queue-service = Service
queue-priority = Priority
queue-channel = Channel
queue-any-unit = All units
queue-any-state = Any state
queue-any-officer = Any officer
queue-any-service = Any service
queue-any-priority = Any priority
queue-any-channel = Any channel
queue-me = Me
queue-nobody = Nobody
queue-days = Days
queue-from = Received from
queue-to = to
queue-late = Late
queue-closed-too = Closed ones too
queue-apply = Show
queue-clear = Show all open
queue-office = Only { $name } and what is below it
queue-office-clear = All offices
queue-empty = Nothing is open. New requests appear here, the one due first on top.
queue-empty-filtered = No request fits this choice.
queue-summary = { $open } open · { $late } late
queue-keys = Keys:
queue-pages = Pages
queue-first = To the first
queue-next = Next 50
queue-csv = As a file (CSV)
view-name = Save this list as
view-save = Save
view-delete = Delete this view
view-name-length = Give the view a name of up to 60 letters.
view-too-many = Twenty views are the most. Delete one first.
done-view-deleted = The view is deleted.

# Search
find-title = Search
find-label = Search requests
find-hint = Search, or type a number
find-go = Search
find-what = Words, a number, a person, an office, a telephone or a serial number.
find-nothing = Nothing was found for “{ $query }”.
number-shape = This does not look like a number of ours. It looks like PUN-26-01482-7.
number-unit = Look at the letters in front again: the number begins with two to five letters.
number-year = Look at the group after the letters again: two digits for the year.
number-counter = Look at the middle group again: it has five or more digits, and no letters such as O or I.
number-check-digit = Look at the last sign again: it is one digit.
number-check = The number looks right, but one of the digits or letters was misread. Compare it group by group.

# The case
case-somebody = Somebody
case-timeline = What happened
case-inside = inside the unit
case-promise = Promise
case-late = Late
case-about = About
case-acts = What can be done
case-same-matter = The same matter, perhaps
case-earlier = Earlier, from this office
case-none = none
case-yes = Yes
case-no = No
case-reply-to = Reply to { $name }
case-closes-itself = Closes by itself
case-changed-title = While you were writing, something happened
case-changed-hint = Nothing of yours was saved, and nothing was lost: it still stands below. Send it again if it still fits.

about-requester = Asked by
about-office = Office
about-service = Service
about-impact = Stops
about-urgency = Urgency
about-channel = Came by
about-entered-by = typed in by { $name }
about-unit = Unit
about-follows = Carries on
about-carried-on = Carried on by
about-rating = Rating
rating-of-five = { $n } of 5

act-take = Take
act-begin = Begin
act-resume = Go on
act-reply = Send
act-note = Note inside the unit
act-attach = Attach only
act-attach-hint = Files, 10 MB each at most
act-resolve = Resolve
act-assign = Give to
act-hold = Put on hold
act-complete-papers = The papers are complete
act-close = Close
act-reopen = Open again
act-reclassify = Correct
act-hand-over = Hand to another unit
act-cancel = Cancel the request

field-choose = Choose…
field-cause = What it was
field-resolution = Words for the one who asked
field-resolution-hint = What was wrong, what was done, what to do if it comes back.
field-officer = Officer
field-reason = Waits for
field-hold-comment = What is waited for
field-hold-hint = The one who asked reads this.
field-reopen = What is still wrong?
field-reopen-hint = Within five working days this request goes on; later a new one carries it on.
field-subject = Subject
field-unit = Unit
field-hand-over = Why it belongs there
field-cancel = Why it is not needed
field-cancel-hint = The one who asked reads this.

case-fields = Something is missing or wrong.
case-not-open = This request is not open any more. To go on with it, open it again.
case-already-yours = You have this request already.
case-choose-officer = Choose an officer of the unit, or nobody.
case-same-officer = This officer has the request already.
case-choose-reason = Choose what is waited for.
case-say-waited-for = Say what is waited for, so that the other side knows.
case-already-on-hold = It is on hold already. Let it go on first.
case-not-on-hold = It is not on hold.
case-too-long = This is longer than 20,000 letters. Shorten it, or attach it as a file.
case-closed-no-reply = This request is closed. If something is still wrong, open it again.
case-write-reply = Write what you want to say.
case-write-note = Write the note.
case-choose-file = Choose a file.
case-file-too-large = A file is larger than 10 MB. Make it smaller, or send it in parts; then choose the files again.
case-file-empty = A file is empty. Choose the files again.
case-file-disk-full = The disk of the server is full. Send it without files, and tell the operator.
case-file-virus = A file holds a virus. Send it without that file, and look at the device it comes from.
case-file-unchecked = Files cannot be checked for viruses at the moment. Send it without them, and the files later.
case-file-unnamed = A file came without its name. Choose the files again; a program sends a filename with each.
case-file-too-many = Ten files at a time are the most. Choose them again.
case-papers-were-complete = The papers were complete already.
case-choose-cause = Choose what it was.
case-say-what-was-done = Say in a sentence or two what was done.
case-not-resolved = Only what is resolved can be closed.
case-say-why-cancelled = Say why it is not needed any more.
case-not-rated-yet = It can be rated once it is resolved.
case-choose-rating = Choose a number from 1 to 5.
case-still-open = This request is still open. Write a reply instead.
case-say-what-is-wrong = Say what is still wrong.
case-service-gone = This service is not offered any more. Send a new request for another one.
case-choose-service = Choose a service of the catalogue.
case-choose-impact = Choose who is stopped by it.
case-choose-urgency = Choose how urgent it is.
case-subject-length = The subject needs 1 to 200 letters.
case-nothing-changed = Nothing was changed.
case-nobody-named = Nobody of that unit is named for this service. Ask those who keep the service to name somebody there first.
case-choose-unit = Choose another unit.
case-say-why-handed-over = Say why it belongs there.

did-received = { $who } asked · { $channel }
did-taken = { $who } took it
did-assigned = { $who } gave it to { $to }
did-unassigned = { $who } gave it back: nobody has it
did-replied = { $who } wrote
did-replied-resumed = { $who } answered; it is not on hold any more
did-noted = { $who } noted
did-attached = { $who } attached
did-held = { $who } put it on hold: { $reason }
did-resumed = { $who } lets it go on
did-completed = { $who } has all papers; the promise runs
did-resolved = { $who } resolved it: { $cause }
did-reopened = { $who } opened it again
did-closed = { $who } closed it
did-closed-itself = Closed by itself after five working days
did-cancelled = { $who } cancelled it
did-rated = { $who } rated it { $rating } of 5
did-reclassified = { $who } corrected it: { $what }
did-part-service = service { $name }
did-part-priority = priority { $name }
did-part-subject = subject, was “{ $was }”
did-part-impact = impact and urgency
did-handed-over = { $who } handed it to { $to }
did-linked = The same mail also went to another desk, where it is { $to }
did-looked = { $who } looked at it: { $reason }
did-veiled = { $who } made the service confidential: only named people see it
did-for = for { $name }, who is away
did-warned-response = Three quarters of the time for a first answer are used
did-warned-resolution = Three quarters of the promised time are used
did-breached-response = The first answer is late
did-breached-resolution = The promise is broken: it is late
did-promise-changed = The promise moved from { $from } to { $to }: working hours, holidays or targets were changed

done-taken = It is yours now.
done-assigned = Given on.
done-held = It is on hold.
done-resumed = It goes on.
done-replied = Your words are saved.
done-noted = The note is saved.
done-attached = The files are saved.
done-completed = The promise runs from now.
done-resolved = Resolved.
done-closed = Closed. Thank you.
done-cancelled = The request is cancelled.
done-reopened = It is open again.
done-carried-on = This new request carries the old one on.
done-rated = Your rating is saved.
done-reclassified = Corrected.
done-looked = Your reason is written on this request. It holds until the end of the day.
done-handed-over = The request is with the other unit now.

# Notices
notices-title = Notices
notices-empty = Nothing yet. You are told here when a request is given to you, answered, opened again, or about to be late.
notices-read-all = Mark all as read
notices-new = new
notice-assigned = Given to you:
notice-replied = The requester wrote:
notice-reopened = Opened again:
notice-handed-over = Handed over to your unit:
notice-warned = Three quarters of the time are used:
notice-breached = Late:
notice-named = Named for a confidential service:
notice-unnamed = Taken off the list of a confidential service:
notice-service-veiled = Made confidential; you are named:
notice-service-unveiled = No longer confidential for what comes from now on:

# Today
today-title = Today
today-open = Open requests
today-unassigned = { $n } without an officer
today-late = Late now
today-due-today = { $n } late or due today
today-within = Within the promise, 30 days
today-few = too few
today-few-hint = Under five cases, so nothing is said about them.
today-percent = { $n } %
today-of-cases = { $n ->
    [one] 1 case
   *[other] { $n } cases
}
today-up = up { $n ->
    [one] 1 point
   *[other] { $n } points
}
today-down = down { $n ->
    [one] 1 point
   *[other] { $n } points
}
today-same = as before
today-median = Usual time, 30 days
today-median-promised = of working time; promised { $time }
today-due-title = Late, or due today
today-all = All open
today-nothing-due = Nothing is due today.
today-histogram = How much of the promise was used
today-histogram-title = Of { $cases } requests resolved in 30 days, { $over } took longer than promised
today-histogram-hint = Requests resolved in 30 days, by the part of the promised time they took.
today-promise = promise
today-load = Who has what in hand
today-load-hint = open requests
today-hand = Share
today-col-open = Open
today-col-due = Due today
today-col-hold = On hold
today-col-late = Late
today-col-nobody = Nobody
today-their-requests = Their requests
today-waiting = Waiting for the requester, longest
today-waiting-none = Nothing waits for a requester.
today-reopened = Opened again
today-reopened-none = Nothing was opened again.

# The one who asked
follow-title = Follow a request
follow-intro = Type the number of your request, and the telephone number or e-mail address you gave with it.
follow-number = Number
follow-number-hint = Such as PUN-26-01482-7; small letters and spaces do not matter
follow-contact = Telephone or e-mail
follow-contact-hint = The one you gave when you asked
follow-contact-missing = Type the telephone number or e-mail address you gave: the number alone shows nothing, so that nobody can look into your request.
follow-no-match = We found no request with this number and this telephone or e-mail. Compare both with your paper, or call the ICT unit.
follow-show = Show
follow-link-title = Your own link
follow-link = When you sent your request you got a link of your own. It shows everything without signing in, and lets you answer, attach, and say whether it works. Keep it to yourself.
follow-officer = { $name } looks after it
follow-due = Promised for
follow-works = Does it work?
follow-it-works = It works, close it
follow-still-broken = It still does not work
follow-reopen = Tell us what is wrong and it goes on where it stopped.
follow-reopen-late = This was resolved more than five working days ago, so a new request will carry it on. You need not type anything else again.
follow-new-request = Send a new request
follow-say-more = Write to the ICT unit
follow-send = Send
follow-rate = How was it?
follow-rate-hint = Your rating helps the unit to get better
follow-rate-comment = What should we know?
follow-rate-send = Send the rating
follow-withdraw = I do not need it any more
follow-unit = With
rating-5 = very good
rating-4 = good
rating-3 = all right
rating-2 = poor
rating-1 = bad
my-requests-title = My requests
my-office-title = My office's requests
my-lists = Lists
my-new = Ask for something
my-requests-empty = You asked for nothing yet. What you ask for appears here with its promise.
my-office-empty = Your office asked for nothing yet.

# Keys
keys-title = Keys
keys-hint = They work while no field is being typed in. You can switch them off on your own page.
keys-close = Close
keys-move = next and previous row
keys-open = open the row
keys-search = search
keys-log = log a call
keys-take = take
keys-reply = write a reply
keys-note = write a note inside the unit
keys-assign = give to an officer
keys-hold = put on hold
keys-resolve = resolve
keys-send = send what is written
keys-today = go to Today
keys-requests = go to the requests
keys-mine = go to mine
keys-analysis = go to the analysis

# The centre says why it looks.
look-title = Why do you look?
look-lead = This request is with a unit in which you do not work. Say why you open it: the reason is written on the request, where the unit and the auditor read it. It holds for you until the end of the day.
look-reason = Reason
look-text = In your words
look-text-hint = What you want to know, and who asked you.
look-button = Open the request
look-choose-reason = Choose a reason.
look-say-why = Say in a few words why you look.
about-looks = Looked at by
about-confidential = Confidential
about-confidential-what = Only named people and the one who asked see it.

# Who is named for a confidential service.
named-title = { $name }: who sees its requests
named-confidential = Confidential. Only these people and whoever asked see its requests; nobody else learns that there are any.
named-open = Not confidential now. The list counts once the service is marked so in the editor, and for what came while it was.
named-who = Named
named-nobody = Nobody is named yet.
named-no-unit = of no unit
named-since = since
named-remove = Take off
named-remove-label = Take off { $name }
named-person = Name somebody
named-person-hint = Name, employee number or e-mail. Being named shows requests only to those whose role reaches them anyway: an officer those of the own unit.
named-add = Name
named-told = Everybody on the list is told.
named-without = Units where nobody is named
named-without-what = What is asked of them goes to the unit of whoever was named first.
named-everywhere = Somebody is named in each.
named-choose-person = We found nobody of this name. Type the employee number or the e-mail.
named-several = Several people are called so. Type the employee number or the e-mail.
named-last = The last one cannot be taken off while the service is confidential. Name somebody else first.
done-named-added = Named. Everybody on the list is told.
done-named-removed = Taken off. Everybody on the list is told.

# Live pages.
live-queue = New or changed:
live-case = Somebody did something on this request.
live-show = Show
