"""The switchboard: every pluggable part is one line here.

Values are dotted paths, imported when first used and checked against their base class. `manage.py check` looks at
every line. Requirements: JDG-1, GEN-1, TRD-1, PUB-1.
"""

# What a task does. agents.worker.kinds.base.Kind
KINDS: dict[str, str] = {
    "plan": "agents.worker.kinds.plan.Planning",
    "research": "agents.worker.kinds.research.Research",
    "draft": "agents.worker.kinds.draft.Drafting",
    "image": "agents.worker.kinds.image.Drawing",
    "publish": "agents.worker.kinds.publish.Publishing",
}

# What the judge looks at, hard rules first. governance.policies.base.Policy
POLICIES: dict[str, str] = {
    "label": "governance.policies.rules.label.AiLabel",
    "limits": "governance.policies.rules.limits.PlatformLimits",
    "forbidden": "governance.policies.rules.forbidden.ForbiddenTopics",
    "sensitive": "governance.policies.rules.sensitive.SensitiveTopics",
    "duplicates": "governance.policies.rules.duplicates.Duplicates",
    "grounding": "governance.policies.rules.grounding.Grounding",
    "relevance": "governance.policies.rules.relevance.Relevance",
    "voice": "governance.policies.rules.voice.Voice",
    "craft": "governance.policies.rules.craft.Craft",
}

# Who answers questions. chimera.core.llm.base.Provider
MODELS: dict[str, str] = {
    "offline": "chimera.core.llm.offline.OfflineProvider",
}

# How outside news is read. publishing.trends.sources.base.Source
SOURCES: dict[str, str] = {
    "syndication": "publishing.trends.sources.syndication.Syndication",
}

# Who draws. publishing.media.images.base.ImageMaker
IMAGES: dict[str, str] = {
    "poster": "publishing.media.images.poster.PosterMaker",
}

# How a platform is reached. publishing.connectors.base.Connector
CONNECTORS: dict[str, str] = {
    "plaza": "publishing.connectors.plaza.client.PlazaConnector",
}
