# Sheets of paper: what waits, one sheet, and the sheet of a case.

menu-scans = Fax and scans
scan-title = Fax and scans
scan-about = Sheets of paper that came by fax, from a scanner or over the counter and are not part of a case yet.
scan-bring = A sheet in your hand
scan-bring-do = Bring it in
scan-file = Scans
scan-file-hint = PDF, TIFF, PNG or JPEG, up to ten files of 10 MB. One of our forms finds its place by its code.
scan-file-missing = Choose a file with the scan.
scan-file-kind = { $name } is no PDF, TIFF, PNG or JPEG. Scan it again as PDF.
scan-unit = For which unit
scan-unit-missing = Choose a unit that you work in.
scan-query-unknown = The list knows the states waiting and aside, and the id of a sheet before which it begins.
scan-came-before = This file came before,
scan-which = Which sheets
scan-waits = Waits for you
scan-aside = Put aside
scan-none = Nothing waits. A sheet of a case goes there by itself.
scan-aside-none = Nothing was put aside.
scan-came = Came
scan-sheet = Sheet
scan-why = Why it is here
scan-older = Older
scan-by-upload = Brought by an officer
scan-by-folder = From the scanner
scan-by-fax = By fax
scan-pages = { $n ->
    [one] one page
   *[other] { $n } pages
}
scan-times = came { $n } times
scan-page = Page { $n }
scan-page-large = Page { $n } in its full size
scan-picture = The sheet
scan-no-picture = There is no picture of it. Open it as it came, and enter what it says.
scan-original = As it came
scan-turn = Turn to the right
scan-again = Read it again
scan-put-aside = Not for us
scan-back = Put it back
scan-in-case = Part of
scan-says-number = The sheet says { $number }.
scan-guess = Guessed by a machine
scan-guess-take = Take it as the description
scan-guessed = (Guessed by a machine from the paper; the sheet is right where they differ.)
scan-case = Make a case of it
scan-case-do = Make the case
scan-received-hint = Left empty: when the sheet came.
scan-add = Add it to a case
scan-add-number = Number of the case
scan-add-hint = Such as PUN-26-00001-1
scan-add-do = Add it
scan-number-unknown = Write the number of a case of your unit.
scan-reason-kept = It is being read.
scan-reason-no-code = There is no code on it that could be read.
scan-reason-code-torn = Its code is one of ours and cannot be read whole.
scan-reason-unit-unknown = Its code names a unit that is not here. It may belong to another installation.
scan-reason-service-unknown = Its code names a service that is not offered here.
scan-reason-form = One of our forms; its service is chosen.
scan-reason-form-old = One of our forms as it was before; its questions may be others now.
scan-reason-mark-wrong = It names a case, but not by a code that we printed. Look well before you add it.
scan-reason-number-unknown = It names a case that is not here.
scan-reason-case-closed = It belongs to a case to which nothing can be added any more.
scan-reason-no-pages = It is no PDF, TIFF, PNG or JPEG.
scan-reason-broken = The file is damaged and its pages cannot be shown.
scan-reason-locked = The file is locked with a password. Ask for it without one.
scan-reason-too-many-pages = It has more than 50 pages.
scan-reason-too-many-dots = Its pages are too large to be read.
scan-reason-too-long = Reading it took too long.
scan-reason-ends-program = Reading it ended the program three times; it is not tried again by itself.
scan-reason-file-gone = The file is not where files are kept.
scan-reason-case = Its code brought it here.
scan-reason-by-hand = An officer put it here.
scan-reason-put-aside = An officer put it aside.
scan-reason-put-back = An officer put it back.
scan-came-back = { $n ->
    [one] A sheet of this case came back on paper: one page.
   *[other] A sheet of this case came back on paper: { $n } pages.
}
scan-paper = Sheet on paper
scan-paper-about = Whoever scans or faxes it back finds it in the case: the code knows the way.
scan-paper-words = What the unit says or asks
scan-paper-more = Your answer
scan-paper-number = This number came from another program and cannot stand in a code. Write it on the sheet by hand.
case-scan = The sheet as it came
case-paper = A sheet to sign or fill in
mail-reason-fax = A machine wrote it; its pages are among the scans
mailboxes-is-fax = A fax machine or scanner writes here: what hangs on its mail waits among the scans
today-scans = { $n ->
    [one] One sheet of paper waits for somebody to look at it.
   *[other] { $n } sheets of paper wait for somebody to look at them.
}
done-scan-kept = It is kept, and will be read in a moment.
done-scan-again = It was read again.
done-scan-aside = It is put aside. It can be put back here.
done-scan-back = It waits again.
done-scan-turned = It is turned.
done-scan-added = It is part of the case now.
done-scan-case = It is a case now.
