# entry
# Coming in: links by e-mail, second factor, passkeys, programs.

sign-in-forgotten-link = Password forgotten?
sign-in-otherwise = Or without a password
sign-in-by-provider = Sign in with { $provider }
sign-in-by-link = Send me a link by e-mail
sign-in-by-passkey = Use a passkey
sign-in-no-account = No account yet? Ask the head of your ICT unit.

ask-link-title = Sign in by e-mail
ask-link-lead = You get a link that signs you in. It holds once, for 15 minutes, on any device.
ask-link-button = Send me the link
ask-link-back = Back to signing in
ask-link-sent-title = Look into your e-mail
ask-link-sent = If { $name } has an account here with an e-mail address, a link is on its way to it.
ask-link-sent-wait = Nothing after five minutes? Look among the unwanted mail, and at the spelling, then ask again.
ask-link-pause = { $minutes ->
    [one] You asked for several links. Use the last one you got, or wait one minute.
   *[other] You asked for several links. Use the last one you got, or wait { $minutes } minutes.
}
forgotten-title = Set a new password
forgotten-lead = You get a link by which you choose a new password. It holds once, for an hour.
enter-title = Welcome, { $name }
enter-lead = Only this button uses the link up.
enter-button = Sign in
enter-link-over = This link was used already or is older than 15 minutes. Ask for a new one on the page for signing in.

mail-sign-in-subject = Your link for signing in
mail-sign-in-body = Kuzuzangpo la { $name },

    open this page and press the button to sign in:

    { $link }

    The link holds once, for 15 minutes, on any device. Give it to nobody.
    You did not ask for it? Then do nothing: without the link nobody gets in.
mail-password-subject = Your link for a new password
mail-password-body = Kuzuzangpo la { $name },

    choose a new password on this page:

    { $link }

    The link holds once, for one hour. Give it to nobody.
    You did not ask for it? Then do nothing: your password stays as it is.

mail-changed-subject = Your account was changed
mail-changed-body = Kuzuzangpo la { $name },

    { $change } It was done on { $time }.

    It was you? Then all is well.
    It was not? Tell your ICT unit at once, and set a new password: { $link }
mail-changed-password = A new password was set for your account.
mail-changed-codes-off = Your account no longer asks for codes of your telephone.
mail-changed-passkey-added = A passkey was added to your account.

ldap-name = The directory of people
ldap-away = The directory of people does not answer, so that your password cannot be looked at. Use another way below, or try again in a few minutes.
provider-trouble = You are not signed in
provider-away = { $provider } does not answer. Use another way below, or try again in a few minutes.
provider-start-again = You were away for more than ten minutes, or came back in another browser. Start again here.
provider-not-vouched = { $provider } did not let you in. Start again, or use another way below.
provider-untrue = What { $provider } said could not be checked. Start again; if it happens twice, tell your ICT unit.
vouched-unknown = { $provider } knows you, but this desk does not yet. Ask the head of your ICT unit to enter you here with the e-mail address that you use there.
vouched-unclear = { $provider } knows you, but here your e-mail address or employee number stands with more than one person. Ask the head of your ICT unit to put that right.
vouched-no-office = { $provider } knows you, but the office that it names for you is not known here. Ask the head of your ICT unit to enter you.

mail-device-subject = Your account was opened by a new browser
mail-device-body = Kuzuzangpo la { $name },

    somebody signed in to your account with a browser that was not used for it before:

    { $browser }, { $time }, from the address { $address }

    It was you? Then all is well.
    It was not? End the session on this page, then set a new password:

    { $link }

    The link holds once, for seven days.
device-unknown = a program that does not say its name
end-session-title = End the session?
end-session-lead = Whoever signed in there has to sign in again.
end-session-button = End the session
end-session-done = The session is ended
end-session-then = It was not you? Somebody may know your password. Set a new one now; it also ends all other sessions.
end-session-new-password = Set a new password
end-session-over = This link was used already or is older than seven days. Your sessions stand on the page “My account”.
me-session-new = new browser

code-locked = Codes cannot be checked at the moment. Use a recovery code, and tell your ICT unit that its key to the secrets is missing.
code-title = One more step
code-lead = Open the app on your telephone and type the code that it shows for this site.
code-label = Code of six digits
code-button = Go on
code-other = Sign in as somebody else
code-missing = Type the six digits that the app shows.
code-wrong-code = This is not the code of now. Wait for the next one and type it. Does it fail again? Look whether the clock of the telephone is right.
code-wrong-recovery = This is none of your recovery codes, or it was used already. Look at the spelling, or take another.
code-lost = The telephone is not at hand
code-recovery = Recovery code
code-recovery-hint = One of the ten that you kept: three groups of five letters and digits. Nothing at hand? Ask the operator.

set-up-codes-title = Set up codes
set-up-codes-lead = From then on signing in takes your password and a code of your telephone. Whoever learns the password alone stays outside.
set-up-codes-due = Your role needs a second proof. It takes two minutes, once.
set-up-codes-app = Get an app for codes
set-up-codes-app-hint = Such as Aegis, 2FAS, Google Authenticator or Microsoft Authenticator. You have one? Go on.
set-up-codes-scan = Point it at this picture
set-up-codes-type = No camera? Type this secret into the app
set-up-codes-confirm = Type the code that it shows
set-up-codes-button = Set up codes
set-up-codes-wrong = This is not the code of now. Wait for the next one and type it. Does it fail again? Look whether the clock of the telephone is right.
recovery-codes-title = Keep these ten codes
recovery-codes-lead = Codes are set up. When the telephone is lost, each of these opens your account once. Print them or write them down; they are not shown again.
recovery-codes-on = I have kept them
codes-needed = Your role needs the codes. They cannot be turned off.

me-codes = Codes of your telephone
me-codes-on = On
me-codes-what = A second proof besides the password: a code that an app on your telephone shows.
me-codes-open = Set up codes
me-codes-left = { $count ->
    [0] You have no recovery code left. Make new ones.
    [one] You have one recovery code left.
   *[other] You have { $count } recovery codes left.
}
me-codes-renew = New recovery codes
me-codes-off = Turn codes off
done-codes-off = Codes are turned off.

me-sessions-end-others = End all others
done-sessions-ended = All your other sessions have ended.

me-passkeys = Passkeys
passkeys-what = Sign in with the finger, face or PIN of your telephone or computer, without a password.
passkey-name = Name
passkey-name-hint = Such as: my telephone
passkey-no-name = Give the passkey a name, so that you know it again.
passkey-too-many = You have { $count } passkeys. Remove one first.
passkey-add = Add a passkey
passkey-used = last used
passkey-remove = Remove
passkey-remove-label = Remove the passkey: { $name }
passkey-not-made = No passkey was made. Try again, or use another device.
passkey-not-added = The passkey could not be read. Try again, or use another device.
passkey-needs-script = Adding a passkey needs JavaScript.
passkey-failed = The passkey was not used. Try again, or sign in another way.
passkey-unknown = This passkey does not open an account here. Go back and sign in another way.
done-passkey-added = The passkey is added.
done-passkey-removed = The passkey is removed.

password-breached = This password is on a list that thieves use. Choose another.

token-scope-head = May
token-scope = { $scope ->
    [read] Look at things
    [write] Look, make requests and work on them
   *[all] Everything that the account may
}
token-no-scope = Choose what the token may do.
token-never-used = Never

programs-title = Programs
programs-lead = Accounts of programs that use the API, such as the monitoring. They have a role and tokens, and nobody can sign in with them.
programs-none = No program has an account yet.
program-new-open = Add a program
program-title = Add a program
program-lead = Its name stands in the log for what it does.
program-button = Add the program
program-name = Name
program-name-hint = Such as: monitoring of the school links
program-name-missing = Type the name of the program.
program-role = Role
program-organisation = For
program-organisation-hint = An officer's role is for the unit, such as Punakha ICT Services
program-organisation-missing = Type the organisation that the program works for.
program-tokens = Tokens
program-no-tokens = It has no token yet, so it cannot do anything.
done-program-made = The program is added. Make a token for it.
done-program-closed = The account is closed, and its tokens open nothing any more.

person-codes-off = Turn off the codes
done-person-codes-off = The codes are turned off. The person signs in without them and sets them up again.

sync-title = Directory of people
sync-open = Directory of people
sync-lead = People are compared with the directory when you ask for it.
sync-lead-nightly = People are compared with the directory every night at two o’clock.
sync-lead-stop = Nothing is changed when more than { $percent } % of those it named before are gone.
sync-look = Compare now, change nothing
sync-away = The directory cannot be asked.
sync-stopped = { $gone } of { $known } people are gone from the directory.
sync-stopped-do = Is the directory whole, and do the settings look in the right place? Only if they are gone indeed, tick the box below.
sync-would = What would change
sync-nothing = Nothing: the people here are those of the directory.
sync-person = Person
sync-what = What
sync-detail = Which
sync-hidden = { $n ->
    [one] And one more.
   *[other] And { $n } more.
}
sync-even-if = Close the accounts of all { $gone }
sync-go = Make these changes
sync-last = The last comparisons
sync-none-yet = None yet.
sync-when = When
sync-came = Came of it
sync-found = Found
sync-failed = failed
sync-was-stopped = stopped
sync-done = changed
sync-looked = only looked at
sync-is-new = new
sync-is-changed = changed
sync-is-back = back
sync-is-gone = gone
sync-is-unclear = unclear
sync-is-wrong = wrong
sync-unclear-do = Several people could be meant, or the one who could has another name there. Put employee number or e-mail right, here or there.
sync-wrong-no-id = The directory gives no unchanging name for this person. Look at “id” of the attributes in the settings.
sync-nobody = nobody
sync-count-new = { $n } new
sync-count-changed = { $n } changed
sync-count-back = { $n } back
sync-count-gone = { $n } gone
sync-count-same = { $n } the same
sync-count-unclear = { $n } unclear
sync-count-wrong = { $n } wrong
import-field-directory = name in the directory
done-people-synced = People are as in the directory.
