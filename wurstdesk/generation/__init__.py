"""What the layers say to each other: requests, plans, events, results and the protocols.

Nothing here knows Qt or torch. A ``GenerationRequest`` is the one object that shapes a picture:
the same in the queue, in the picture's metadata, in the database and on the command line. It is
frozen, holds every value explicitly (a later change of a default never changes an old picture)
and is checked when it is made, so that no sampling ever starts with a value that cannot work.
"""

from wurstdesk.generation.protocols import (
    CancelToken,
    CheckpointCatalogue,
    CheckpointInfo,
    DeviceChoice,
    DtypeChoice,
    EngineOptions,
    ImageGenerator,
    PictureSink,
    SavedPicture,
)
from wurstdesk.generation.request import (
    DEFAULT_STAGE_C_TIMESTEPS,
    MAX_IMAGES,
    MAX_PROMPT_CHARACTERS,
    MAX_SIDE,
    MAX_STEPS,
    REQUEST_SCHEMA,
    SEED_COUNT,
    SIZE_MULTIPLE,
    GenerationRequest,
    make_request,
    nearest_side,
)
from wurstdesk.generation.results import (
    EventSink,
    GeneratedPicture,
    GeneratorEvent,
    LatentsBlob,
    Loading,
    Note,
    PictureReady,
    Pixels,
    Plan,
    Preview,
    Provenance,
    Stage,
    StageProgress,
)

__all__ = [
    "DEFAULT_STAGE_C_TIMESTEPS",
    "MAX_IMAGES",
    "MAX_PROMPT_CHARACTERS",
    "MAX_SIDE",
    "MAX_STEPS",
    "REQUEST_SCHEMA",
    "SEED_COUNT",
    "SIZE_MULTIPLE",
    "CancelToken",
    "CheckpointCatalogue",
    "CheckpointInfo",
    "DeviceChoice",
    "DtypeChoice",
    "EngineOptions",
    "EventSink",
    "GeneratedPicture",
    "GenerationRequest",
    "GeneratorEvent",
    "ImageGenerator",
    "LatentsBlob",
    "Loading",
    "Note",
    "PictureReady",
    "PictureSink",
    "Pixels",
    "Plan",
    "Preview",
    "Provenance",
    "SavedPicture",
    "Stage",
    "StageProgress",
    "make_request",
    "nearest_side",
]
