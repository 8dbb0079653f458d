# directory
# Not reviewed by a reader of Dzongkha yet.

sign-in-title = ནང་བསྐྱོད།
sign-in-username = ལག་ལེན་པའི་མིང་ ཡང་ན་ གློག་འཕྲིན།
sign-in-password = ཆོག་ཡིག
sign-in-button = ནང་བསྐྱོད་འབད།
sign-in-no-username = ལག་ལེན་པའི་མིང་ ཡང་ན་ གློག་འཕྲིན་ བྲིས་གནང་།
sign-in-no-password = ཆོག་ཡིག་ བྲིས་གནང་།
sign-in-pause-title = ཨ་ཙི་ཅིག་ བསྒུག་གནང་།
password-new = ཆོག་ཡིག་གསརཔ།
me-sign-out = ཕྱིར་འཐོན།
me-language = སྐད་ཡིག
me-password = ཆོག་ཡིག
