"""From other people's files to cases: reading, checking, replaying what they record, and counting it.

The reader takes any CSV as hostile, the layout says what its columns mean, the rows become requests, and a
request becomes the commands that drive a whistle case through what the file records.
"""
