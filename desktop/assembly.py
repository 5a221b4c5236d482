"""Puts the engine together from settings, keys and folders; the same for the window and the command line."""

import dataclasses
import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from desktop.audit_keys import KeyringAuditKeys
from desktop.engine.audit_keeping import AuditKeeper
from desktop.engine.errors import BadPersona
from desktop.engine.gate import Access, Policy
from desktop.engine.limits import Limits
from desktop.engine.messages import Brain
from desktop.engine.models.connect import Connector
from desktop.engine.models.registry import DEMO_ORCHESTRATOR, DEMO_RESPONDER, ModelEntry, Registry, Role
from desktop.engine.running import Runner
from desktop.engine.session import Listener, Session
from desktop.engine.store.opening import OpenedStore, open_checked
from desktop.engine.store.records import RunOptions
from desktop.engine.store.store import Store
from desktop.engine.tools.builtin import builtin_tools
from desktop.engine.tools.sandbox import find_sandbox
from desktop.engine.tools.toolbox import Toolbox
from desktop.paths import Paths
from desktop.personas import DEFAULT, PersonaError, Personas
from desktop.resources import resource_path
from desktop.secrets import KeyStore
from desktop.settings import ModelRow, Settings

LOCAL_MODEL = "local"
"""The registry's key of the model on the chosen local server."""


@dataclass(frozen=True, slots=True)
class Engine:
    """The engine and what it stands on.

    Attributes:
        session: The engine's face.
        store: What is kept on disk.
        off_record: What lives in memory only.
        connector: Makes models.
        audit: Keeps the key and the anchored head of the audit log on disk.
        opened: The store on disk, and whether its file was sound.
    """

    session: Session
    store: Store
    off_record: Store
    connector: Connector
    audit: AuditKeeper
    opened: OpenedStore

    async def close(self) -> None:
        """Put runs at work aside and close everything."""
        await self.session.close()
        await self.connector.aclose()
        await self.audit.close()
        await self.store.close()
        await self.off_record.close()
        self.opened.hold.release()


async def open_engine(paths: Paths, settings: Settings, keys: KeyStore, listener: Listener) -> Engine:
    """Open the store, recover what a crash left, and build the engine.

    Args:
        paths: Where things lie.
        settings: What the person chose.
        keys: The API keys.
        listener: Called with every event.

    Raises:
        StoreError: The database cannot be used; the error says why and what to do.
    """
    opened = await open_checked(paths.database)
    store = opened.store
    off_record = await Store.open(None)
    audit = AuditKeeper(store.audit, KeyringAuditKeys(keys, await store.audit.id(), paths.database))
    audit.start()
    await store.runs.recover()

    async def load(hash: str) -> bytes | None:
        """A file by its hash, wherever it is kept: equal hashes are equal bytes."""
        return await off_record.attachments.data(hash) or await store.attachments.data(hash)

    connector = Connector(keys, load=load)
    # Commands see none of the program's own files: conversations, settings, logs.
    sandbox = functools.partial(find_sandbox, (paths.config, paths.data, paths.state, paths.cache))
    runner = Runner(
        registry=make_registry(settings),
        connector=connector,
        toolbox=Toolbox(builtin_tools(find_sandbox=sandbox)),
        limits=with_budgets(Limits(read_persona=functools.partial(read_persona, paths)), settings),
        all_usage=store.usage,
    )
    session = Session(store=store, off_record=off_record, runner=runner, listener=listener)
    return Engine(session, store, off_record, connector, audit, opened)


def with_budgets(limits: Limits, settings: Settings) -> Limits:
    """Limits with the budgets that the settings name now."""
    return dataclasses.replace(
        limits,
        history_tokens=settings.history_budget_tokens,
        evidence_tokens=settings.evidence_budget_tokens,
        attachment_tokens=settings.attachment_budget_tokens,
    )


def model_entry(row: ModelRow) -> ModelEntry:
    """A model of the settings as the engine knows it."""
    return ModelEntry(
        key=row.name,
        provider=row.provider,
        name=row.model or row.name,
        label=row.label or row.model or row.name,
        base_url=row.host or None,
        key_label=row.key,
        context_tokens=row.context_tokens,
        options=row.options,
        inputs=row.inputs,
    )


def make_registry(settings: Settings) -> Registry:
    """The models and roles that the settings name.

    Args:
        settings: Its demo or local server, where chosen, takes both seats of every role that names no models.
    """
    models = [model_entry(row) for row in settings.models]
    orchestrator, responder = settings.orchestrator, settings.responder
    if settings.local_server_url:
        name = settings.local_server_model or "default"
        models.append(
            ModelEntry(
                key=LOCAL_MODEL,
                provider="openai-compatible",
                name=name,
                label=f"{name} (local)",
                base_url=settings.local_server_url,
            )
        )
        orchestrator = responder = LOCAL_MODEL
    roles = [
        Role(
            name=row.name,
            label=row.name.capitalize(),
            orchestrator=row.orchestrator or orchestrator,
            responder=row.responder or responder,
            orchestrator_fallbacks=(*row.orchestrator_fallbacks, *row.fallbacks),
            responder_fallbacks=(*row.responder_fallbacks, *row.fallbacks),
            fallback_to_paid=row.fallback_to_paid,
            tools_enabled=row.tools_enabled and settings.tools_enabled,
            answer=row.answer,
            tools=row.tools,
            access=row.access,
            max_rounds=row.max_rounds,
            inject_datetime=row.inject_datetime,
            inject_mode=row.inject_mode,
            persona=row.persona,
            keys=row.keys,
        )
        for row in settings.roles
    ]
    if settings.demo:
        seats = {"orchestrator": DEMO_ORCHESTRATOR.key, "responder": DEMO_RESPONDER.key}
        none = {"orchestrator_fallbacks": (), "responder_fallbacks": ()}
        roles = [role.model_copy(update=seats | none) for role in roles]
    return Registry(models, sorted(roles, key=lambda role: role.name != settings.role))


def run_options(
    registry: Registry,
    settings: Settings,
    *,
    role: str | None,
    root: Path,
    tools_enabled: bool = True,
    responder: bool = True,
    access: Access | None = None,
    max_rounds: int | None = None,
    policies: Mapping[str, Policy] | None = None,
    models: Mapping[Brain, str] | None = None,
) -> RunOptions:
    """What a run is begun with: the settings, narrowed by the role, narrowed by what was asked for.

    Args:
        registry: Models and roles.
        settings: What the person chose.
        role: The role's name; None for the default.
        root: The workspace folder.
        tools_enabled: False turns tools off.
        responder: False makes the summary the answer.
        access: Lowers the access level.
        max_rounds: Lowers the round limit.
        policies: Over the person's own, for this run; they never lift a block.
        models: Names of models in the place of the role's own, where they are known and the demo is off.

    Raises:
        UnknownName: There is no such role, or it names no known model.
    """
    own = {} if settings.demo else {brain: name for brain, name in (models or {}).items() if name in registry.models}
    chosen = with_models(registry.role(role) if role is not None else registry.default_role, own)
    for key in (chosen.orchestrator, chosen.responder):
        registry.model(key)
    asked = dict(policies or {})
    merged = {**settings.policies, **asked}
    merged.update({tool: Policy.BLOCK for tool, policy in settings.policies.items() if policy is Policy.BLOCK})
    return RunOptions(
        role=chosen.name,
        orchestrator=chosen.orchestrator,
        responder=chosen.responder,
        orchestrator_fallbacks=_known(registry, chosen.orchestrator_fallbacks),
        responder_fallbacks=_known(registry, chosen.responder_fallbacks),
        fallback_to_paid=chosen.fallback_to_paid,
        tools_enabled=chosen.tools_enabled and settings.tools_enabled and tools_enabled,
        answer=chosen.answer if responder else "summary",
        access=_lowest([settings.access, chosen.access, access]),
        tools=chosen.tools,
        policies=merged,
        max_rounds=min(limit for limit in (settings.max_rounds, chosen.max_rounds, max_rounds) if limit is not None),
        root=str(root),
        inject_datetime=chosen.inject_datetime,
        inject_mode=chosen.inject_mode,
        run_budget_usd=settings.budget_run_usd,
        day_budget_usd=settings.budget_day_usd,
        persona=chosen.persona,
        keys=chosen.keys,
    )


def read_persona(paths: Paths, name: str = "") -> str:
    """The persona of a run: the person's file where there is one, else the one that comes with the program.

    Args:
        paths: Where things lie.
        name: Of a file in the persona folder; empty for the default.

    Raises:
        BadPersona: It cannot be used; says why.
    """
    try:
        return personas_of(paths).read(name)
    except PersonaError as error:
        raise BadPersona(str(error), action="Mend the file, or choose another persona for the role.") from None


def personas_of(paths: Paths) -> Personas:
    """The persona files."""
    return Personas(paths.persona, resource_path(f"persona/{DEFAULT}"))


def with_models(role: Role, models: Mapping[Brain, str]) -> Role:
    """A role with other models in its seats.

    Args:
        role: The role.
        models: Names of models, by brain; the role's own stays where there is none.
    """
    return role.model_copy(update={brain.value: name for brain, name in models.items() if name})


def _known(registry: Registry, names: Sequence[str]) -> tuple[str, ...]:
    """The names that the registry has: a fallback that has gone keeps nobody from asking."""
    return tuple(name for name in names if name in registry.models)


def _lowest(levels: Sequence[Access | None]) -> Access:
    return Access.USER if Access.USER in levels else Access.ADMIN
