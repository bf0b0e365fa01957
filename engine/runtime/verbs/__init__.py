"""The verbs of handling that BPMN does not name (DOMAIN §3a): 退回, 撤回, 转办, 委派, 加签, 会签, 催办, 延期."""
