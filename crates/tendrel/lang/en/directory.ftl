# directory
# Who there is: accounts, offices, people, working time.

save = Save
cancel = Cancel

role-name = { $role ->
    [requester] Requester
    [officer] Officer
    [head_of_unit] Head of unit
    [head_of_office] Head of office
    [centre] Centre
    [auditor] Auditor
    [operator] Operator
   *[other] { $role }
}
role-does = { $role ->
    [requester] Reports and asks, follows own requests, rates what was done.
    [officer] Takes, answers and resolves the requests of the unit.
    [head_of_unit] Leads an ICT services unit: shares out the work, keeps offices, people and holidays of the cluster.
    [head_of_office] Sees what the office and those below it asked for and got.
    [centre] Sees the figures of all units and keeps the common lists.
    [auditor] Reads records and the log of all units, changes nothing.
    [operator] Looks after accounts, roles and the installation.
   *[other] { $role }
}

sign-in-title = Sign in
sign-in-lead = For officers, heads of offices, and everybody who wants to see their own requests in one place. You can ask for help without signing in.
sign-in-username = User name or e-mail address
sign-in-password = Password
sign-in-button = Sign in
sign-in-no-username = Type your user name or your e-mail address.
sign-in-no-password = Type your password.
sign-in-wrong = User name and password do not belong together. Look at the spelling and at the Caps Lock key, and try again.
sign-in-pause-title = Wait a little
sign-in-pause = { $minutes ->
    [one] There were too many wrong tries. Wait one minute, then try again.
   *[other] There were too many wrong tries. Wait { $minutes } minutes, then try again.
}
sign-in-forgotten = Password forgotten, or no account yet? Ask the head of your ICT unit for a link.
sign-in-demo = This is a demonstration.
sign-in-demo-link = Choose whom to be
done-signed-out = You are signed out.

password-new = New password
password-hint = Twelve characters or more. Four words that do not belong together are easy to keep in mind and hard to guess.
password-too-short = Use { $count } characters or more.
password-too-long = Use 128 characters or fewer.
password-guessable = This can be guessed. Add a word or two that have nothing to do with you or with each other.
password-guessable-keys = This can be guessed: rows of keys are tried early. Use a few words that do not belong together.
password-guessable-repeats = This can be guessed: what repeats adds little. Use a few words that do not belong together.
password-guessable-common = This can be guessed: it is among the words that are tried first. Add two more that do not belong to it.
password-guessable-dates = This can be guessed: years and dates are tried early. Use a few words that do not belong together.
password-guessable-names = This can be guessed: names are tried first. Add two words that have nothing to do with you.
password-strong = Hard to guess. It will do.
password-very-strong = Very hard to guess.
password-show = Show
password-hide = Hide
welcome-title = Welcome, { $name }
welcome-lead = Choose a password. From now on you sign in as { $username }.
welcome-button = Save and sign in
welcome-link-over = This link was used already or is older than a week. Ask the head of your ICT unit for a new one.

demo-title = Whom do you want to be?
demo-lead = The people are invented. Choose one and look around; you can be somebody else at any time.

me-sign-out = Sign out
me-roles = What you may do
me-no-roles = You can ask for help and follow your own requests.
me-settings = Language and keys
me-language = Language
me-language-unknown = Choose English or Dzongkha.
me-keys = Keys of one letter
me-keys-hint = Such as t for take and / for search. Switch them off if you steer the computer by voice.
me-password = Password
me-password-old = Password of today
me-password-old-wrong = This is not your password of today. Type it again.
me-password-button = Change the password
me-password-effect = Ends all your other sessions.
me-sessions = Where you are signed in
me-session-here = Here, in this browser
me-session-since = since
me-session-seen = last seen
me-session-end = End
me-session-end-label = End the session: { $agent }
me-tokens = Tokens for programs
me-tokens-what = A program that sends your token may do in your name what you may do. Make one for each program, and revoke it when it is no longer needed.
me-token-name = What for
me-token-name-hint = Such as: monitoring of the school links
me-token-no-name = Say what the token is for.
me-token-no-days = Choose how long the token holds.
me-token-too-many = You have { $count } tokens. Revoke one first.
me-token-made = Your new token. Copy it now: it is not shown again.
me-token-made-on = Made
me-token-used = Last used
me-token-expires = Holds until
me-token-over = over
me-token-days = { $days } days
me-token-revoke = Revoke
me-token-revoke-label = Revoke the token: { $name }
me-token-button = Make a token
done-settings-saved = Saved.
done-password-set = The password is changed. Your other sessions have ended.
done-session-ended = The session has ended.
done-token-revoked = The token no longer opens anything.

directory-choose = Choose
directory-show = Show
directory-clear = Show all
directory-next = Next page
directory-phone = Telephone
directory-fax = Fax
directory-email = E-mail
directory-today = today
directory-log = What was done
directory-too-long = Use at most { $count } characters.
directory-no-day = Choose a day, such as 2026-11-19.
directory-day-ahead = This day is still to come. Enter the change when the day has come.
directory-no-email = This is not an e-mail address: there is no @ in it.
directory-office-none = No office has this name. Look it up in the list of offices.
directory-office-near = No office is called exactly so. Is it one of these? { $names }
directory-office-several = Several offices are called so. Type the one you mean with what it belongs to: { $names }
directory-stale-title = Somebody else saved first
directory-stale = What you typed is still here. Look at what changed, then save again.
directory-stale-look = Look at it now

offices-title = Offices
offices-title-of = Offices of { $name }
offices-search = Name, or the beginning of it
offices-kind = Kind
offices-kind-all = All kinds
offices-name = Office
offices-under = Belongs to
offices-unit = Served by
offices-below = Offices below
offices-below-of = Offices below { $name }
offices-none-below = No offices below.
offices-nothing = No office matches.
office-requests = Its requests
office-acts = What you can do
office-facts = Facts
office-in-dzongkha = In Dzongkha
office-short = Short
office-place = Place
office-no-unit = Nobody yet
office-aliases = Also known as
office-predecessors = Came from
office-successors = Taken over by
office-is-no-more = This office is no more. Its last day was { $day }.
office-history = Names and places in the tree
office-was-under = under
office-on = What was it on this day?
office-on-nothing = Nothing is known of that day.
office-all-people = All people
office-no-people = Nobody is entered here yet.
office-all-below = All of them
office-did = { $activity ->
    [added] Added
    [changed] Contacts changed
    [renamed] Renamed
    [moved] Moved under
    [dissolved] Ended
    [imported] Taken over from a list
   *[other] { $activity }
}
office-too-early = The present one holds since a later day than this. Choose a day after it.
office-cycle = This office lies below the one you move, or is the same. Choose another.
office-has-children = Offices still lie below it. Move or end them first.
office-serves = This unit still serves offices. Give its cluster to another unit first.
office-own-successor = An office cannot take over from itself. Choose another, or leave it empty.
office-new-open = Add an office
office-new-title = Add an office
office-new-lead = It is served by the unit that serves the office it belongs to.
office-new-button = Add the office
office-new-name = Name
office-new-name-missing = Type the name of the office.
office-new-name_dz = Name in Dzongkha (optional)
office-new-kind = Kind
office-new-kind-missing = Choose what kind of office it is.
office-new-parent = Belongs to
office-new-parent-hint = Its name as in the list, such as Punakha Dzongkhag Administration
office-new-parent-missing = Type the office it belongs to.
office-new-phone = Telephone (optional)
office-new-fax = Fax (optional)
office-new-email = E-mail (optional)
office-new-aliases = Other names (optional)
office-new-aliases-hint = One on each line: what people say and write
office-new-from = First day (optional)
office-new-twin = There is an office of this name there already.
office-edit-open = Contacts and other names
office-edit-title = Contacts and other names
office-edit-lead = How the office is reached, and what people call it.
office-edit-button = Save
office-edit-phone = Telephone
office-edit-fax = Fax
office-edit-email = E-mail
office-edit-aliases = Other names
office-edit-aliases-hint = One on each line: what people say and write
office-edit-aliases-many = Thirty other names are enough. Take some out.
office-rename-open = Rename
office-rename-title = Rename the office
office-rename-lead = The old name stays known, and the office is still found by it.
office-rename-button = Save the name
office-rename-name = Name
office-rename-name-missing = Type the name of the office.
office-rename-name_dz = Name in Dzongkha (optional)
office-rename-short = Short form (optional)
office-rename-how = Why
office-rename-how-new = It has a new name
office-rename-how-correction = The name was misspelt: correct it
office-rename-from = New name since
office-rename-from-hint = Not needed for a correction
office-move-open = Move
office-move-title = Move the office
office-move-lead = All offices below it move with it, and are served by the unit that serves the new place.
office-move-button = Move the office
office-move-parent = From now on it belongs to
office-move-parent-hint = Its name as in the list, such as Punakha Dzongkhag Administration
office-move-parent-missing = Type the office it belongs to.
office-move-from = Since
office-dissolve-open = End
office-dissolve-title = End the office
office-dissolve-lead = It can no longer be chosen in forms. Its requests and its history stay.
office-dissolve-button = End the office
office-dissolve-from = Last day
office-dissolve-successor = Taken over by (optional)
office-dissolve-successor-hint = The office that does its work from now on
done-office-added = The office is added.
done-office-changed = Saved.
done-office-renamed = The office has its new name.
done-office-moved = The office is moved, with all below it.
done-office-dissolved = The office is ended.

people-title = People
people-name = Name
people-post = Post
import-open = Import a list
people-title-of = People of { $name }
people-search = Name, telephone, e-mail, employee id or office
people-office = Works in
people-none = Nobody is entered here yet.
people-nothing = Nobody matches.
person-employee-id = Employee id
person-works-in = Works in
person-parent-agency = Parent agency
person-posts = Posts
person-no-posts = No post is entered.
person-account = Account and roles
person-account-closed = Closed
person-account-no-password = No password yet
person-no-account = Has no account. People without one can still ask for help.
person-no-roles = Has no role: sees the own requests only.
person-role = Role
person-role-where = For
person-role-since = Since
person-revoke = Take away
person-revoke-label = Take away the role: { $role }
person-account-open = Make an account
person-grant-open = Give a role
person-link-button = New link for a password
person-link-made = A link for choosing a password. Copy it now: it is not shown again.
person-link-what = Give it to the person yourself. It holds once, for a week.
person-close-button = Close the account
person-reopen-button = Open the account again
person-did = { $activity ->
    [added] Added
    [changed] Corrected
    [transferred] Transferred
    [account-made] Account made
    [password-link-made] Link for a password made
    [account-closed] Account closed
    [codes-turned-off] Codes of the telephone turned off
    [account-reopened] Account opened again
    [role-given] Role given
    [role-taken-away] Role taken away
    [imported] Taken over from a list
    [away] Away
    [back] Back again
   *[other] { $activity }
}
person-too-early = The post of today holds since a later day than this. Choose a day after it.
person-new-open = Add a person
person-new-title = Add a person
person-edit-open = Correct
person-edit-title = Correct the record
person-lead = What is known of a colleague, so that nobody has to ask for it again.
person-button = Save
person-name = Name
person-name-missing = Type the name of the person.
person-name_dz = Name in Dzongkha (optional)
person-employee_id = Employee id (optional)
person-employee-id-taken = Somebody else has this employee id. Look for them before you add the person twice.
person-office = Works in
person-office-hint = The name of the office as in the list
person-office-missing = Type the office where the person works.
person-post = Post (optional)
person-parent_agency = Parent agency (optional)
person-parent_agency-hint = The agency that looks after the career
person-phone = Telephone (optional)
person-email = E-mail (optional)
person-language = Language
person-transfer-open = Transfer
person-transfer-title = Transfer the person
person-transfer-lead = The posts held until now stay on record. Roles do not move along: give and take them on the person's page.
person-transfer-button = Transfer
person-transfer-office = Works from now on in
person-transfer-office-missing = Type the office where the person works from now on.
person-transfer-post = As
person-transfer-post-missing = Type the new post.
person-transfer-from = Since
account-title = Make an account
account-lead = You get a link by which the person chooses a password.
account-button = Make the account
account-username = User name
account-username-missing = Type a user name.
account-username-plain = Write the user name without spaces and without @.
account-username-taken = Somebody else signs in by this name. Choose another.
account-has-one = The person has an account.
grant-title = Give a role
grant-lead = A role holds for an organisation and everything below it.
grant-button = Give the role
grant-role = Role
grant-role-missing = Choose a role.
grant-organisation = For
grant-organisation-hint = An officer's and a head's role is for the unit, such as Punakha ICT Services
grant-organisation-missing = Type the organisation that the role is for.
done-person-added = The person is added.
done-person-changed = Saved.
done-person-transferred = The transfer is entered.
done-account-closed = The account is closed, and its sessions have ended.
done-account-reopened = The account is open again. Give the person a new link if the password is forgotten.
done-role-given = The role is given.
done-role-taken = The role is taken away.

calendars-title = Working time
calendars-lead = Promises count in working time: in the hours of a calendar, without its holidays. After each change all open promises are computed again.
calendars-never = Never
calendars-observes = Holidays are days off.
calendars-observes-not = Holidays do not stop it.
calendars-units = { $count ->
    [one] One unit works by it.
   *[other] { $count } units work by it.
}
month-day = { $day } { $month }
holidays-of = Holidays { $year }
holidays-years = Other years
holidays-none = No holidays are entered for this year.
holiday-national = Whole country
holiday-day = Day
holiday-name = Holiday
holiday-name-missing = Type the name of the holiday.
holiday-name-dz = In Dzongkha (optional)
holiday-scope = Where
holiday-no-place = Choose a place of the list.
holiday-remove = Remove
holiday-remove-label = Remove { $name }, { $day }
holiday-add = Add a holiday
holiday-add-lead = Also one that is declared today, such as the first snow.
holiday-add-button = Add the holiday
hours-open = New hours
hours-title = New hours: { $name }
hours-each-year = each year
hours-lead = The hours of now stay as they were until the first day of the new ones.
hours-button = Save the hours
hours-from = First day
hours-from-hint = The same day again corrects what was entered for it
hours-mon = Monday
hours-mon-hint = Such as 09:00-12:30, 13:00-17:00. Leave a day empty where it is a day off; 24:00 is midnight.
hours-tue = Tuesday
hours-wed = Wednesday
hours-thu = Thursday
hours-fri = Friday
hours-sat = Saturday
hours-sun = Sunday
hours-season_from = Only from this day of each year (optional)
hours-season_from-hint = Month and day, such as 11-01 for the first of November
hours-season_to = To this day of each year (optional)
hours-note = Order or circular (optional)
hours-not-read = Write hours as 09:00-17:00, several with commas between them, the end later than the start.
hours-no-season = Write month and day as 11-01.
hours-overlap = Hours of a day overlap or are not in order, or two sets of hours claim the same days. Look at the days again.
done-holiday-added = The holiday is entered. Promises are being computed again.
done-holiday-removed = The holiday is removed. Promises are being computed again.
done-holidays-imported = The holidays are entered. Promises are being computed again.
done-hours-saved = The hours are saved. Promises are being computed again.
holidays-import-open = Import the yearly list
holidays-import-title = Import holidays
holidays-import-lead = The list as it is published, or the calendar file of it. Nothing is entered before you have seen what each line would do.
holidays-import-file-hint = iCalendar, or a list with the columns date, name, name_dz and scope
holidays-import-paste = Or paste the list here
holidays-import-paste-hint = date,name on the first line, then lines such as 2027-02-21,Birth Anniversary of His Majesty the King
holidays-import-text = Line
holidays-import-empty = Choose a file or paste the list.
holidays-import-wrong = { $count ->
    [one] One line cannot be read. Put it right and send the list again.
   *[other] { $count } lines cannot be read. Put them right and send the list again.
}
holidays-import-enter = { $count ->
    [one] Enter one holiday
   *[other] Enter { $count } holidays
}
holidays-import-blocked = Put the wrong lines right in your list, or take them out, and send it again. Nothing is entered.
holidays-import-no-place = No dzongkhag, thromde or gewog has this name or code.
holidays-import-not-yours = You may enter holidays of your own place only.

import-title-offices = Import offices
import-title-people = Import people
import-lead = A list from a spreadsheet, saved as CSV. You see what each line would do before anything is changed.
import-file = File
import-file-hint = Commas, semicolons or tabs; the first line names the columns
import-next = Go on
import-people-instead = Import people instead
import-offices-instead = Import offices instead
import-what-missing = Say whether it is a list of offices or of people.
import-no-file = Choose the file with your list.
import-empty = The file is empty. Choose another.
import-not-text = This is not a list as text. Save it from the spreadsheet as CSV and choose that file.
import-no-rows = The file has a line of heads and nothing below it.
import-broken = The file cannot be read to its end: a quotation mark is missing somewhere. Save it again from the spreadsheet.
import-read = { $count ->
    [one] One line was read.
   *[other] { $count } lines were read.
}
import-separator = { $mark ->
    [comma] Cells are separated by commas.
    [semicolon] Cells are separated by semicolons.
   *[tab] Cells are separated by tabs.
}
import-windows = The file is written in the Windows way (Windows-1252), not in UTF-8: look whether all letters are right.
import-columns = Which column is what
import-no-column = No column
import-optional = (optional)
import-column-missing = Choose the column for: { $field }.
import-look = See what would happen
import-look-again = See again what would happen
import-other-file = Choose another file
import-sample = The first lines
import-line = Line
import-what = What would happen
import-why = Which, or why
import-new = { $count } new
import-changed = { $count } changed
import-same = { $count } the same
import-wrong = { $count } wrong
import-verdict-new = New
import-verdict-changed = Changed
import-verdict-same = The same
import-verdict-wrong = Wrong
import-blocked = Nothing is taken over while a line is wrong. Put the lines right in your list and choose the file again, or leave them out.
import-enter = { $count ->
    [one] Import one line
   *[other] Import { $count } lines
}
import-enter-without = { $wrong ->
    [one] Import { $count } lines, leave the wrong one out
   *[other] Import { $count } lines, leave the { $wrong } wrong ones out
}
import-nothing-due = Everything is known already. There is nothing to take over.
import-hidden = { $count ->
    [one] One more line, with nothing wrong, is not shown.
   *[other] { $count } more lines, with nothing wrong, are not shown.
}
done-imported = The list is taken over.
import-field-name = Name
import-field-name_dz = Name in Dzongkha
import-field-kind = Kind
import-field-parent = Belongs to
import-field-place = Gewog or other place
import-field-phone = Telephone
import-field-fax = Fax
import-field-email = E-mail
import-field-aliases = Other names
import-field-employee_id = Employee id
import-field-post = Post
import-field-office = Works in
import-field-parent_agency = Parent agency
import-field-language = Language
import-field-role = Role
import-field-username = User name
import-wrong-cut = The line was cut: it has { $cells } cells instead of { $columns }. Fill in the rest.
import-wrong-twice = The same office stands on line { $line } already. Take one of them out.
import-wrong-no-name = The name is missing. Fill it in.
import-wrong-no-kind = The office is new, and its kind is missing. Fill it in.
import-wrong-no-parent = The office is new, and it is not said what it belongs to. Fill it in.
import-wrong-no-office = It is not said where the person works. Fill it in.
import-wrong-kind = There is no kind called “{ $typed }”. Use a name from the list of kinds, such as School.
import-wrong-place = No place is called “{ $typed }”. Look at the spelling.
import-wrong-places = Several places are called “{ $typed }”. Leave the cell empty and enter the place by hand.
import-wrong-email = “{ $typed }” is not an e-mail address. Write it as name@place.bt, or leave it empty.
import-wrong-phone = “{ $typed }” is not a telephone number. Write digits only, such as 17123456.
import-wrong-language = “{ $typed }” is not a language we have. Write en or dz.
import-wrong-office = No office is called “{ $typed }”. Look at the spelling, or add the office first.
import-wrong-near = No office is called “{ $typed }”. Is it { $names }?
import-wrong-several = Several offices are called “{ $typed }”. Write the one you mean with what it belongs to: { $names }
import-wrong-elsewhere = “{ $typed }” is there already: { $names }. Write what it belongs to there, or move it first.
import-wrong-over = “{ $typed }” is no more. Write what took over from it: { $names }
import-wrong-parent-line = The office it belongs to, on line { $line }, cannot be taken over. Put that line right first.
import-wrong-reach = This lies outside your cluster. Leave it to the head of the unit there, or to the operator.
import-wrong-id-twice = The employee id { $typed } stands on line { $line } already. One of the two is wrong.
import-wrong-id-taken = The employee id { $typed } belongs to { $name }. Look which of the two is right.
import-wrong-role = There is no role called “{ $typed }”. Use officer, head_of_unit, head_of_office, requester, centre, auditor or operator.
import-wrong-role-alone = A role needs a user name. Fill it in, or leave the role empty.
import-wrong-role-above = You may not give the role “{ $typed }”. Ask the operator.
import-wrong-username = Write the user name “{ $typed }” without spaces and without @.
import-wrong-username-twice = The user name { $typed } stands on line { $line } already. Choose another.
import-wrong-username-taken = The user name { $typed } belongs to { $name }. Choose another.
import-wrong-username-other = The person signs in as { $name }, not as { $typed }. Correct it in the list.

# Away, and who stands in.
away-me = My account
away-title = { $name } is away
away-title-self = When I am away
away-new = From when to when
away-lead = Whoever stands in works on the requests of the unit in those days as the one who is away would, and each act is recorded so. People, offices, services, tokens and passwords stay out of it. It ends by itself.
away-lead-office = Whoever stands in sees the requests and the figures of the office in those days, as its head does. It ends by itself.
away-stand-in = Who stands in
away-stand-in-hint = Name, employee number or e-mail of somebody who works in a unit
away-stand-in-hint-office = Name, employee number or e-mail of somebody of the office who may sign in
away-other-office = Choose somebody of the office who may sign in.
away-from = First day
away-to = Last day
away-confidential = Also what only named people see, where I am named
away-button = Enter
away-list = Entered
away-none = Nothing is entered.
away-line = { $stand } stands in for { $who }
away-with-confidential = with what only named people see
away-end = End it now
away-self = Somebody else must stand in.
away-no-unit = Choose somebody who works in a unit.
away-already = For some of these days somebody stands in already. End that first.
away-stand-in-away = This person is away in some of these days. Choose somebody else.
away-stands-in = Somebody else is away in some of these days and counts on this person. Choose another stand-in there first.
away-no-role = There is no role in a unit, and none as the head of an office, that somebody could stand in for.
away-from-wrong = Choose today or a later day.
away-to-wrong = Choose a last day that is not before the first, and at most half a year later.
away-you = You stand in for { $name }
away-people = Away
me-away = When I am away
me-away-what = Say from when to when you are away and who stands in for you: work on requests goes on, and nothing new is given to you.
me-away-open = Enter
person-away-open = Away
done-away-entered = Entered. It begins and ends by itself.
done-away-ended = It has ended.
