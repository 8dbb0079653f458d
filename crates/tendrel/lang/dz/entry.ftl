# entry
# Not reviewed by a reader of Dzongkha yet.

ask-link-title = གློག་འཕྲིན་ཐོག་ལས་ ནང་བསྐྱོད།
enter-button = ནང་བསྐྱོད་འབད།
