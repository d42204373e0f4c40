"""People at the desk: what each role may do, who has which, and for which brands somebody works.

The roles are Django groups whose permissions are what `roles` says, put right at every migration. Who works for some
brands only sees no others: the database hides them. Requirements: REV-8, TEN-1.
"""
