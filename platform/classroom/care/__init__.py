"""Care of people's data: all of it handed over, all of it erased, and none of it kept longer than the settings say."""
