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
