menu-public-news = གསར་འགྱུར།
news-title = ཞབས་ཏོག་སྐོར་གྱི་གསར་འགྱུར།
news-kind-interruption = ཞབས་ཏོག་བར་ཆད།
news-kind-maintenance = འཆར་གཞི་ཅན་གྱི་ཉམས་གསོ།
news-kind-information = བརྡ་དོན།
