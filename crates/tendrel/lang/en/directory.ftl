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
password-hint = Ten characters or more. Four words that do not belong together are easy to keep in mind and hard to guess.
password-too-short = Use { $count } characters or more.
password-too-long = Use fewer than 200 characters.
password-guessable = This can be guessed. Add a word or two that have nothing to do with you or with each other.
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
    [account made] Account made
    [password link made] Link for a password made
    [account closed] Account closed
    [account reopened] Account opened again
    [role given] Role given
    [role taken away] Role taken away
    [imported] Taken over from a list
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
