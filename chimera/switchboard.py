"""The switchboard: every pluggable part is one line here.

Values are dotted paths, imported when first used and checked against their base class. `manage.py check` looks at
every line. Requirements: JDG-1, GEN-1, TRD-1, PUB-1, AUD-2.
"""

# The base class of each section: what a part must fit.
SOCKETS: dict[str, str] = {
    "KINDS": "agents.worker.base.Kind",
    "POLICIES": "governance.policies.base.Policy",
    "MODELS": "chimera.core.llm.base.Provider",
    "SOURCES": "publishing.trends.sources.base.Source",
    "IMAGES": "publishing.media.images.base.ImageMaker",
    "MAKERS": "publishing.media.making.base.Maker",
    "CONNECTORS": "publishing.connectors.base.Connector",
    "ANCHORS": "governance.audit.anchors.base.Anchor",
    "MEASURES": "chimera.core.measures.Measure",
    "KEEPERS": "chimera.core.pii.base.Keeper",
}

# What a task does.
KINDS: dict[str, str] = {
    "plan": "agents.worker.kinds.plan.Planning",
    "research": "agents.worker.kinds.research.Research",
    "dictated": "agents.worker.kinds.dictated.Dictated",
    "draft": "agents.worker.kinds.draft.Drafting",
    "image": "agents.worker.kinds.image.Drawing",
    "script": "agents.worker.kinds.script.Scripting",
    "scenes": "agents.worker.kinds.scenes.Shooting",
    "film": "agents.worker.kinds.film.Filming",
    "publish": "agents.worker.kinds.publish.Publishing",
    "wording": "agents.worker.kinds.wording.Wording",
    "reply": "agents.worker.kinds.reply.Replying",
}

# What the judge looks at, hard rules first.
POLICIES: dict[str, str] = {
    "label": "governance.policies.rules.label.AiLabel",
    "limits": "governance.policies.rules.limits.PlatformLimits",
    "honesty": "governance.policies.rules.honesty.Honesty",
    "private": "governance.policies.rules.private.Private",
    "forbidden": "governance.policies.rules.forbidden.ForbiddenTopics",
    "sensitive": "governance.policies.rules.sensitive.SensitiveTopics",
    "experience": "governance.policies.rules.experience.Experience",
    "disclosure": "governance.policies.rules.disclosure.Disclosure",
    "links": "governance.policies.rules.links.Links",
    "recipients": "governance.policies.rules.recipients.Recipients",
    "inside": "governance.policies.rules.inside.Inside",
    "timing": "governance.policies.rules.timing.Timing",
    "duplicates": "governance.policies.rules.duplicates.Duplicates",
    "fleet": "governance.policies.rules.fleet.FleetSimilarity",
    "grounding": "governance.policies.rules.grounding.Grounding",
    "relevance": "governance.policies.rules.relevance.Relevance",
    "voice": "governance.policies.rules.voice.Voice",
    "craft": "governance.policies.rules.craft.Craft",
    "model_judge": "governance.policies.rules.model_judge.ModelJudge",
}

# Who answers questions.
MODELS: dict[str, str] = {
    "anthropic": "chimera.core.llm.anthropic.AnthropicProvider",
    "google": "chimera.core.llm.google.GoogleProvider",
    "openai": "chimera.core.llm.openai_compatible.OpenAICompatibleProvider",
    "offline": "chimera.core.llm.offline.OfflineProvider",
}

# How outside news is read.
SOURCES: dict[str, str] = {
    "syndication": "publishing.trends.sources.syndication.Syndication",
    "json": "publishing.trends.sources.jsonfeed.JsonFeed",
    "mcp": "publishing.trends.sources.jsonfeed.ToolAnswer",
}

# Who draws.
IMAGES: dict[str, str] = {
    "poster": "publishing.media.images.poster.PosterMaker",
}

# Who makes images and clips for money.
MAKERS: dict[str, str] = {
    "ideogram": "publishing.media.making.makers.Ideogram",
    "gemini_image": "publishing.media.making.makers.GeminiImage",
    "runway": "publishing.media.making.makers.Runway",
    "gemini_video": "publishing.media.making.makers.GeminiVideo",
}

# How a platform is reached.
CONNECTORS: dict[str, str] = {
    "plaza": "publishing.connectors.plaza.client.PlazaConnector",
    "x": "publishing.connectors.x.client.XConnector",
    "instagram": "publishing.connectors.instagram.client.InstagramConnector",
}

# Where signed checkpoints of the record stand outside of the database.
ANCHORS: dict[str, str] = {
    "file": "governance.audit.anchors.file.FileAnchor",
}

# What `manage.py evaluate` measures.
MEASURES: dict[str, str] = {
    "grounding": "governance.policies.evaluating.GroundingMeasure",
    "honesty": "chimera.core.honesty.evaluating.HonestyMeasure",
    "pii": "chimera.core.pii.evaluating.PiiMeasure",
    "injection": "chimera.core.injection.measure.InjectionMeasure",
    "hijack": "chimera.hijack.measure.HijackMeasure",
    "trends": "publishing.trends.evaluating.TrendsMeasure",
    "consistency": "publishing.media.consistency.evaluating.ConsistencyMeasure",
}

# Who keeps something of people outside: asked to forget a person, and what is past its time.
KEEPERS: dict[str, str] = {
    "disclosures": "chimera.core.honesty.services.Disclosures",
    "mentions": "publishing.inbox.keeping.Mentions",
    "memories": "agents.memory.services.Memories",
}
