# Names of months and weekdays come from CLDR's main/dz.xml (Unicode licence) and count as reviewed.
# Everything else was written without a reader of Dzongkha and waits for one.

skip = ནང་དོན་ལུ་འགྱོ།
menu = དཀར་ཆག་གཙོ་བོ།
menu-open = དཀར་ཆག
menu-services = ཞབས་ཏོག
menu-follow = ཞུ་བ་ལྟ་ནི།
menu-charter = ང་བཅས་ཀྱི་ཁས་ལེན།
menu-my-requests = ངེའི་ཞུ་བ།
menu-office = ཡིག་ཚང་གི་ལཱ།
menu-sign-in = ནང་འཛུལ།
fax-number = ཕེགསི་ { $number }
demo-notice = འདི་དཔེ་སྟོན་ཨིན། མི་དང་ཞུ་བ་ཚུ་ངོ་མ་མེན།
demo-switch = མི་གཞན་ཅིག་སྦེ་འཛུལ།

# reviewed
weekday-1 = གཟའ་མིག་དམར་
# reviewed
weekday-2 = གཟའ་ལྷག་པ་
# reviewed
weekday-3 = གཟའ་ཕུར་བུ་
# reviewed
weekday-4 = གཟའ་པ་སངས་
# reviewed
weekday-5 = གཟའ་སྤེན་པ་
# reviewed
weekday-6 = གཟའ་ཉི་མ་
# reviewed
weekday-7 = གཟའ་ཟླ་བ་
# reviewed
month-1 = སྤྱི་ཟླ་དངཔ་
# reviewed
month-2 = སྤྱི་ཟླ་གཉིས་པ་
# reviewed
month-3 = སྤྱི་ཟླ་གསུམ་པ་
# reviewed
month-4 = སྤྱི་ཟླ་བཞི་པ་
# reviewed
month-5 = སྤྱི་ཟླ་ལྔ་པ་
# reviewed
month-6 = སྤྱི་ཟླ་དྲུག་པ་
# reviewed
month-7 = སྤྱི་ཟླ་བདུན་པ་
# reviewed
month-8 = སྤྱི་ཟླ་བརྒྱད་པ་
# reviewed
month-9 = སྤྱི་ཟླ་དགུ་པ་
# reviewed
month-10 = སྤྱི་ཟླ་བཅུ་པ་
# reviewed
month-11 = སྤྱི་ཟླ་བཅུ་གཅིག་པ་
# reviewed
month-12 = སྤྱི་ཟླ་བཅུ་གཉིས་པ་

# reviewed
weekday-short-1 = མིར་
# reviewed
weekday-short-2 = ལྷག་
# reviewed
weekday-short-3 = ཕུར་
# reviewed
weekday-short-4 = སངས་
# reviewed
weekday-short-5 = སྤེན་
# reviewed
weekday-short-6 = ཉི་
# reviewed
weekday-short-7 = ཟླ་
# reviewed
month-short-1 = ཟླ་༡
# reviewed
month-short-2 = ཟླ་༢
# reviewed
month-short-3 = ཟླ་༣
# reviewed
month-short-4 = ཟླ་༤
# reviewed
month-short-5 = ཟླ་༥
# reviewed
month-short-6 = ཟླ་༦
# reviewed
month-short-7 = ཟླ་༧
# reviewed
month-short-8 = ཟླ་༨
# reviewed
month-short-9 = ཟླ་༩
# reviewed
month-short-10 = ཟླ་༡༠
# reviewed
month-short-11 = ཟླ་༡༡
# reviewed
month-short-12 = ཟླ་༡༢

time-today = ད་རིས་ { $clock }
time-yesterday = ཁ་ཙ་ { $clock }
time-tomorrow = ནངས་པ་ { $clock }
# reviewed
date-full = { $weekday } སྤྱི་ལོ་{ $year } { $month } ཚེས་{ $day }
# reviewed
date-short = { $month } ཚེས་{ $day }
# reviewed
date-short-year = སྤྱི་ལོ་{ $year } { $month } ཚེས་{ $day }
# reviewed
date-month = སྤྱི་ལོ་{ $year } { $month }
span-minutes = སྐར་མ་ { $n }
span-hours = ཆུ་ཚོད་ { $n }
span-days = ཉིནམ་ { $n }

problem-title-404 = མ་ཐོབ།
problem-title-403 = ཁྱོད་ལུ་ཆོག་ཐམ་མེད།
problem-title-500 = འཛོལ་བ་ཅིག་བྱུང་ཡི།
problem-home = འགོ་ཐོག་ལུ།
error-prefix = འཛོལ་བ།
