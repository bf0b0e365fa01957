"""Which spec runs which kind of node."""

from __future__ import annotations

from engine.model.definition import Node, NodeKind
from engine.runtime.multi_instance import MultiInstanceSpec
from engine.runtime.nodes.activity import DecisionSpec, PassSpec, ScriptSpec
from engine.runtime.nodes.base import NodeSpec
from engine.runtime.nodes.containers import CallSpec, EventSubProcessSpec, SubProcessSpec
from engine.runtime.nodes.events import CatchSpec, PassEventSpec, ThrowSpec
from engine.runtime.nodes.gateways import EventGatewaySpec, ExclusiveSpec, InclusiveSpec, ParallelSpec
from engine.runtime.nodes.work import JobSpec, ReceiveSpec, SendSpec, UserTaskSpec
from engine.runtime.tree import ContainerSpec

SPECS: dict[NodeKind, type[NodeSpec]] = {
    NodeKind.START_EVENT: PassEventSpec,
    NodeKind.END_EVENT: ThrowSpec,
    NodeKind.CATCH_EVENT: CatchSpec,
    NodeKind.THROW_EVENT: ThrowSpec,
    NodeKind.BOUNDARY_EVENT: PassEventSpec,
    NodeKind.TASK: PassSpec,
    NodeKind.MANUAL_TASK: PassSpec,
    NodeKind.USER_TASK: UserTaskSpec,
    NodeKind.SCRIPT_TASK: ScriptSpec,
    NodeKind.SERVICE_TASK: JobSpec,
    NodeKind.SEND_TASK: SendSpec,
    NodeKind.RECEIVE_TASK: ReceiveSpec,
    NodeKind.BUSINESS_RULE_TASK: DecisionSpec,
    NodeKind.EXCLUSIVE_GATEWAY: ExclusiveSpec,
    NodeKind.PARALLEL_GATEWAY: ParallelSpec,
    NodeKind.INCLUSIVE_GATEWAY: InclusiveSpec,
    NodeKind.EVENT_GATEWAY: EventGatewaySpec,
    NodeKind.SUB_PROCESS: SubProcessSpec,
    NodeKind.EVENT_SUB_PROCESS: EventSubProcessSpec,
    NodeKind.CALL_ACTIVITY: CallSpec,
}


def spec_for(wf_spec: ContainerSpec, node: Node) -> NodeSpec:
    """The spec of a node in its container; a multi-instance activity's is its body."""
    if node.multi is not None:
        return MultiInstanceSpec(wf_spec, node)
    return single_spec_for(wf_spec, node)


def single_spec_for(wf_spec: ContainerSpec, node: Node) -> NodeSpec:
    """The spec of a node that runs once, whatever its loop characteristics."""
    if node.job is not None:
        return JobSpec(wf_spec, node)
    return SPECS[node.kind](wf_spec, node)
