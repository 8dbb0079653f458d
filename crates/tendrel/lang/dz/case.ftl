# Written without a reader of Dzongkha; every string waits for one.

state-new = གསརཔ།
state-in-progress = ལཱ་འབད་དོ།
state-on-hold = བསྒུག་སྡོད་ནུག།
state-resolved = བསལ་ཡི།
state-closed = ཁ་བསྡམས་ཡི།
state-cancelled = ཆ་མེད།

case-timeline = ག་ཅི་འབད་ཡི།
case-promise = ཁས་ལེན།
case-yes = ཨིན།
case-no = མེན།
about-service = ཞབས་ཏོག

follow-title = ཞུ་བ་ལྟ་ནི།
follow-intro = ཁྱོད་ཀྱི་ཞུ་བའི་ཨང་དང་ ཁྱོད་ཀྱིས་བྱིན་མི་བརྒྱུད་འཕྲིན་ཨང་ ཡང་ན་ གློག་འཕྲིན་བྲིས།
follow-number = ཨང་།
follow-contact = བརྒྱུད་འཕྲིན་ ཡང་ན་ གློག་འཕྲིན།
follow-show = སྟོན།
follow-link-title = ཁྱོད་རའི་འབྲེལ་ལམ།
follow-works = ལཱ་འབད་དོ་ག?
follow-it-works = ལཱ་འབད་དོ།
follow-still-broken = ད་ལྟོ་ཡང་ལཱ་མི་འབད།
follow-send = གཏང་།
follow-rate = ག་དེ་སྦེ་འདུག?
my-requests-title = ངེའི་ཞུ་བ།
my-new = ཞུ་བ་གསརཔ།
