# Written without a reader of Dzongkha; every string waits for one.

after-letter-whole = ཞུ་བ་ཆ་ཚང་ལྟ།
