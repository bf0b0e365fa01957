"""What each kind of flow node does when a token reaches it: one SpiffWorkflow task spec a kind.

`registry.spec_for` is the way in.
"""
