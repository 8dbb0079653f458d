# What is kept how long, what was removed, what was handed out.

act-keep = Keep this case
act-let-go = Let it go again
field-keep = Why must it be kept?
field-keep-hint = For an inquiry or a court: who asked for it, and the letter. No rule removes anything of it until it is let go.
case-keep-why = Say why it must be kept, and who asked for it.
case-kept-already = This case is kept already.
case-not-kept = This case is not kept.
case-is-kept = No rule removes anything of this case.
case-forgotten = What names persons was removed from this request, so nothing can be done with it any more. Send a new request.
case-was-anonymised = What names persons was removed from this case on
case-was-anonymised-why = What is counted stays, and the record can still be checked.
case-removed = Removed
follow-was-anonymised = Your name, how to reach you, what you wrote and your files were removed from this request on
follow-was-anonymised-why = We keep such things only as long as the rules allow. Its number, its service and its times stay.
did-kept = { $who } has this case kept
did-let-go = { $who } let this case go again
did-files-removed = { $n ->
    [one] One file was removed: it had been kept long enough
   *[other] { $n } files were removed: they had been kept long enough
}
did-anonymised = What names persons was removed: it had been kept long enough
done-kept = It is kept: no rule removes anything of it.
done-let-go = It follows the rules again.

menu-keeping = Kept and removed
retention-title = What is kept how long
retention-lead = Every night what was kept long enough is removed. Of a case only what names persons goes: its figures, its events and their check stay. A case that somebody keeps for an inquiry is left alone.
retention-run = Remove now what is due
retention-rules = Rules
retention-rules-none = No rule: everything is kept for ever.
retention-kept = { $n ->
    [0] No case is kept for an inquiry
    [one] One case is kept for an inquiry
   *[other] { $n } cases are kept for an inquiry
}
retention-what = What
retention-of = Of which cases
retention-of-hint = A rule for a service goes before one for a kind, and that before the one for all.
retention-of-all = All
retention-kind-incident = What is broken
retention-kind-service-request = What was asked for
retention-days = Days
retention-days-hint = After the case, the session or the notice ended.
retention-reason = Why so long
retention-reason-hint = The law or the order in which it stands.
retention-from = From
retention-later = not yet
retention-until = until { $day }
retention-due = Due now
retention-due-many = { $n } or more
retention-end = End
retention-end-label = End the rule: { $what }
retention-new = Change a rule, or make one
retention-new-lead = It takes the place of the one for the same things.
retention-set = Save the rule
retention-what-missing = Choose what the rule is about.
retention-of-wrong = Only requests and attachments have rules of their own for a kind or a service. Choose “All”.
retention-days-wrong = Write a number of days from 1 to 36500.
retention-reason-missing = Say in one line why, such as the law in which it stands.
retention-from-wrong = Choose today or a later day.
retention-log = What was removed
retention-log-none = Nothing yet.
retention-last = Last run:
retention-when = When
retention-removed = Number
retention-rule = Rule
retention-after = { $n ->
    [one] after one day
   *[other] after { $n } days
}
retention-by = Begun by
retention-nightly = the night
retention-requests = Personal data of requests
retention-attachments = Attachments
retention-sign-in-addresses = Network addresses of sign-ins
retention-sessions = Sessions
retention-notices = Notices
retention-given-up-jobs = Jobs that were given up
retention-mail = Mail that became no case
retention-webhook-log = Log of webhooks
retention-sms-log = Log of SMS
retention-uploads = Files that no request took
done-retention-set = The rule is saved.
done-retention-ended = The rule has ended: what it was about is kept from now on.
done-retention-begun = It is begun and listed below as it goes on.

exports-title = Files that were handed out
exports-lead = Every list, spreadsheet and event log that somebody took as a file: who, what was asked, how many rows, when.
exports-none = Nothing was handed out yet.
exports-what = File
exports-who = By
exports-question = Question
exports-rows = Rows

privacy-title = What we keep of you, and how long
privacy-lead = To help you we write down what you tell us. This is what becomes of it.
privacy-what = What we keep
privacy-what-told = Your name, your office, the telephone number or e-mail address that you give, what you write, on the web, by mail or on paper, the files you attach, and what was done about it and when. Nothing is asked of other websites, and nobody counts your visits.
privacy-device = Until you send it, what you type stays on your device only. Cookies hold your language and, if you sign in, that you did.
privacy-who = Who sees it
privacy-who-told = The officers of the ICT unit that serves your office, and whoever holds the link that you get. Officers of the centre say why before they open it, and that is written down. Auditors may look and change nothing. Confidential matters are seen by named people only. What is told by e-mail or SMS goes through mail servers and the telephone company. Nobody else sees it.
privacy-how-long = How long
privacy-of-what = What
privacy-after = After your request is closed
privacy-of-all = All requests without a line of their own
privacy-words = Name, how to reach you, what was written
privacy-files = Files
privacy-for-ever = No rule removes it
privacy-years = { $n ->
    [one] One year
   *[other] { $n } years
}
privacy-days = { $n ->
    [one] One day
   *[other] { $n } days
}
privacy-then = Then it is removed, unless an inquiry or a court needs it. The number, the service, the office and the times stay, for they are counted.
privacy-backups = { $n ->
    [one] Copies for emergencies hold it for one more night.
   *[other] Copies for emergencies hold it for { $n } more nights.
}
privacy-ask = If something is wrong
privacy-ask-told = Tell the ICT unit, and it is put right.
