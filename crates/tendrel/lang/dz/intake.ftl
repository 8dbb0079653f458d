# How requests come in: the public pages only. None of these has been read by a reader of Dzongkha yet.

promised-days = ལཱ་གི་ཉིནམ་ { $n }
promised-agreed = ཁྱེད་དང་གྲོས་བསྡུར་ཐོག་ལས་
promised-usually = སྤྱིར་བཏང་ { $usual } · ཁས་བླངས་ { $promised }
promised-only = ཁས་བླངས་ { $promised }

portal-title = ད་རིས་ ཁྱེད་ཀྱི་ཡིག་ཚང་ལུ་ ག་ཅི་གི་གྲོགས་རམ་འབད་ནི་སྨོ?
portal-search = ག་ཅི་དགོཔ་ཨིན་ན་ ཁྱེད་རའི་ཚིག་ནང་སླབ་གནང་།
portal-find = འཚོལ།
portal-contact = ཡོངས་འབྲེལ་མེད་པ་ཅིན་ ཁ་པར་གཏང་ ཡང་ན་ བྲིས་གནང་།
portal-found = “{ $q }” གི་ཞབས་ཏོག་ཚུ་
portal-nothing = ཚིག་འདི་དང་འཁྲིལ་བའི་ཞབས་ཏོག་མིན་འདུག། གཞན་མི་ཅིག་འབྲི་གནང་ ཡང་ན་
portal-something-else = གཞན་
portal-all = ཞབས་ཏོག་ཚུ་ཆ་མཉམ།
portal-waiting = ཁྱེད་ཀྱིས་སྒུག་སྡོད་མི་
portal-charter = ང་བཅས་ཀྱིས་ཁས་བླངས་མི་ལུ་བལྟ།

form-optional = (གདམ་ཁ་ཅན་)
form-yes = ཨིན།
form-no = མེན།
form-missing = འདི་གི་ལན་གནང་། { $label }
form-missing-choice = ལན་གཅིག་གདམ་གནང་། { $label }
form-missing-choices = ཉུང་མཐའ་གཅིག་གདམ་གནང་། { $label }
form-missing-date = ཚེས་གྲངས་བཙུགས་གནང་། { $label }
form-missing-office = ཡིག་ཚང་བཙུགས་གནང་། { $label }
form-missing-person = མིང་བཙུགས་གནང་། { $label }
form-missing-file = ཡིག་སྣོད་བཙུགས་གནང་། { $label }

matter-name-missing = ཁྱེད་ཀྱི་མིང་བྲིས་གནང་།
matter-reach-missing = ཁ་པར་ཨང་ ཡང་ན་ གློག་འཕྲིན་ཁ་བྱང་བྲིས་གནང་། ཚར་ཞིནམ་ལས་ སླབ་ནི་ཨིན།

ask-documents = འདི་ཚུ་ ལག་པར་བཞག་གནང་།
ask-already-open = ཁྱེད་ཀྱི་ཡིག་ཚང་གིས་ ཧེ་མ་ལས་ཞུ་ཡོདཔ།
ask-draft-keeps = ཁྱེད་ཀྱིས་བྲིས་མི་འདི་ མ་གཏང་ཚུན་ འཕྲུལ་ཆས་འདི་ནང་ལུས་འོང་།
ask-office = ཁྱེད་ཀྱི་ཡིག་ཚང་
ask-office-hint = འབྲི་འགོ་བཙུགས་གནང་། སློབ་གྲྭ་ རྒེད་འོག་ སྨན་ཁང་ སྡེ་ཚན་
ask-office-missing = ཁྱེད་ཀྱི་ཡིག་ཚང་གི་མིང་བྲིས་གནང་།
ask-none-of-these = འདི་ཚུ་ལས་མེན།
ask-change = སོར།
ask-subject = ག་ཅི་གི་སྐོར་ལས་སྨོ?
ask-impact = འདི་གིས་ ག་ལུ་བཀག་ཡོདཔ་སྨོ?
ask-urgency = ག་དེ་ཅིག་སྒུག་ཚུགས?
ask-name = ཁྱེད་ཀྱི་མིང་
ask-email = གློག་འཕྲིན་
ask-files = པར་ ཡང་ན་ ཡིག་ཆ་
ask-send = ཞུ་བ་གཏང་།
ask-sending = གཏང་དོ...
ask-paper = འབྲི་ཤོག་སྟོངམ་དཔར་བསྐྲུན་འབད།
ask-unknown-title = ཞབས་ཏོག་དེ་བཟུམ་མིན་འདུག
ask-unknown-all = ཞབས་ཏོག་ཚུ་ཆ་མཉམ།

sent-title = ཁྱེད་ཀྱི་ཞུ་བ་འཐོབ་ཅི།
sent-number = ཨང་
sent-next = ད་ལས་ ག་ཅི་འབད་ནི་སྨོ།
sent-within = { $amount } ནང་འཁོད་
sent-follow = འདི་གི་རྗེས་སུ་བལྟ།
sent-open = ཞུ་བ་ལུ་བལྟ།
sent-print = དཔར་བསྐྲུན།
sent-another = གཞན་ཅིག་ཞུ།

charter-title = ང་བཅས་ཀྱིས་ཁས་བླངས་མི་
charter-documents = ཡིག་ཆ་ཚུ་
charter-usual = སྤྱིར་བཏང་ { $median }

paper-phone = ཁ་པར་
paper-date = ཚེས་གྲངས་
paper-signature = མིང་རྟགས་

# SMS
by-sms = འཕྲིན་ཐུང་ (SMS) ཐོག་ལས་ ང་ལུ་བརྡ་སྤྲོད།
