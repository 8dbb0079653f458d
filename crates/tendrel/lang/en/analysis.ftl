# Analysis and assessment of services availed.

analysis-title = Services availed, { $period }
analysis-days = { $first } to { $last }
analysis-ask = Choose what is analysed
analysis-from = From
analysis-to = To
analysis-unit = Unit
analysis-all-units = All units
analysis-service = Service
analysis-channel = How it came
analysis-any = All
analysis-any-office = All offices again
analysis-show = Show
analysis-earlier = Earlier
analysis-later = Later
analysis-print = Paper of the month
analysis-nothing = Nothing came in in these days. Choose others, or look at a longer time.
analysis-every-number = working time; every number opens its requests

analysis-came-in = Came in
analysis-done = Done
analysis-open-at-end = { $n } open at the end
analysis-open-short = Open
analysis-ended-otherwise = { $n } ended otherwise
analysis-within = Within the promise
analysis-n-of-m = { $n } of { $m }
analysis-few-of = { $n } of { $m }, too few
analysis-late = { $n } late
analysis-up = up { $n } { $n ->
    [one] point
   *[other] points
}
analysis-down = down { $n } { $n ->
    [one] point
   *[other] points
}
analysis-as-before = as the month before
analysis-rating = Rating
analysis-of-five = of 5, from { $n } { $n ->
    [one] answer
   *[other] answers
}
analysis-working-time = Working time, half within
analysis-calendar-time = By the calendar, half within
analysis-nine-of-ten-under = 9 of 10 within { $span }
analysis-handed-over = Handed over
analysis-hand-overs = { $n } { $n ->
    [one] time
   *[other] times
} in all
analysis-reopened = Reopened
analysis-reopenings = { $n } { $n ->
    [one] time
   *[other] times
} in all
analysis-too-few = too few
analysis-percent = { $n } %

analysis-by-unit = By unit
analysis-by-service = By service
analysis-by-office = By office
analysis-by-channel = By the way it came
analysis-by-priority = By priority
analysis-by-cause = By cause
analysis-by-month = Month by month
analysis-office = Office
analysis-office-unknown = Office not known
analysis-priority = Priority
analysis-cause = Cause
analysis-cause-none = No cause written down
analysis-of-done = of those done
analysis-month = Month
analysis-more-offices = { $n } more in the spreadsheet
analysis-twelve-months = Twelve months
analysis-thirteen-months = the last is compared with the same month a year before
analysis-median = Median
analysis-p90 = 9 of 10 within
analysis-sparkline = { $name }, twelve months: { $counts }
analysis-trend-label = Came in and done, month by month: { $counts }

analysis-how-long = How long it took
analysis-how-long-of = working time of { $n } done, holds left out
analysis-histogram-label = Requests done by working time: { $counts }
analysis-longer-than = { $span } +
analysis-under = < { $span }
analysis-promised = promised { $span }
analysis-kept = kept, or nothing promised
analysis-late-word = late
analysis-as-table = The same as a table
analysis-where-time-went = Where the time went
analysis-where-of = share of { $hours } working hours from request to resolution
analysis-waiting-officer = Waiting for an officer
analysis-in-work = In work
analysis-on-hold = Waiting on others
analysis-definitions = Came in: received in these days. Done: resolved in these days and not reopened since. Open at the end: received before the end and not resolved or closed by then. Handed over and reopened: of those that came in. Median and “9 of 10 within” are nearest ranks; under 5 cases stands a dash or “too few”.

analysis-back = Analysis
analysis-requests = { $n } { $n ->
    [one] request
   *[other] requests
}
analysis-no-records = No request stands behind this figure.
analysis-number = Number
analysis-subject = Subject
analysis-received = Received
analysis-resolved = Resolved
analysis-took = Working time
analysis-of-promised = of { $span }
analysis-more = The next 50
analysis-figure-came-in = Came in
analysis-figure-done = Done
analysis-figure-open = Open at the end
analysis-figure-ended = Ended otherwise
analysis-figure-within = Within the promise
analysis-figure-late = Late
analysis-figure-unpromised = Done without a promise
analysis-figure-handed-over = Handed over
analysis-figure-reopened = Reopened
analysis-figure-rated = Rated

analysis-channel-web = Web
analysis-channel-phone = Phone
analysis-channel-email = E-mail
analysis-channel-fax = Fax
analysis-channel-letter = Letter
analysis-channel-walk-in = At the desk
analysis-channel-api = Another system
analysis-channel-monitoring = Monitoring

analysis-wrong-days = These are not days that can be analysed. Write the first and the last as year-month-day, such as 2026-10-01.
analysis-too-long = Choose at most three years.
analysis-wrong-choice = This address names something there is not. Go back to the analysis and choose again.

analysis-paper-of-unit = The paper of a month is made for one unit. Add its code to the address, such as unit=PUN.
analysis-paper-of-month = The paper is made for one whole month. Write it as month=2026-10.
analysis-paper-how = Print this page: it is set for A4.
analysis-paper-number = No. { $number }
analysis-made-by = Made { $at } by { $name }
analysis-paper-officer = Prepared by, date
analysis-paper-head = Head of the unit, date

analysis-sheet-figures = Figures
analysis-sheet-records = Requests
analysis-sheet-all = All
analysis-sheet-group = Of
analysis-sheet-name = Name
analysis-sheet-came-in = Came in
analysis-sheet-done = Done
analysis-sheet-promised = Done with a promise
analysis-sheet-within = Within the promise
analysis-sheet-late = Late
analysis-sheet-working-median = Working hours, median
analysis-sheet-working-p90 = Working hours, 9 of 10 within
analysis-sheet-calendar-median = Hours by the calendar, median
analysis-sheet-calendar-p90 = Hours by the calendar, 9 of 10 within
analysis-sheet-handed-over = Handed over
analysis-sheet-reopened = Reopened
analysis-sheet-rated = Rated
analysis-sheet-rating = Rating, mean of 5
analysis-sheet-state = State
analysis-sheet-took = Working hours
analysis-sheet-promised-hours = Promised hours
analysis-sheet-cut = Only the first { $n } requests are listed here. Choose fewer days for the rest.
