/** Every limit of the product with its unit and where the number comes from. Nothing else states a limit. */
const KiB = 1024
const MiB = 1024 * KiB
const GiB = 1024 * MiB

export const limits = Object.freeze({
  /** Characters of a name or a title: fits one line of any screen, and every OCI annotation. */
  lineCharsMax: 256,
  /** Characters of a prose field (release notes, descriptions). */
  textCharsMax: 64 * KiB,
  /** Characters of a path inside a package; ext4 and NTFS allow 255 a component, and hard links need the room. */
  pathCharsMax: 255,
  /** Pixels of a picture's side as the model takes it. */
  imageSideMax: 8192,
  /** Pixels of a picture as a consumer sends it (a decompression bomb decodes to more). */
  imagePixelsMax: 64_000_000,
  /** Numbers of one `fields` row. */
  fieldsMax: 10_000,
  /** Classes of one output: ImageNet-21k has 21 841. */
  labelsMax: 100_000,
  /** Characters of one text item. */
  textInputCharsMax: 1_000_000,
  /** Inputs or outputs of one graph. */
  tensorsMax: 1024,
  /** Bytes of `outpost.json` and of any JSON document in a package. */
  descriptorBytesMax: 1 * MiB,
  /** Bytes of one document (card, license text, guide). */
  documentBytesMax: 4 * MiB,
  /** Bytes of a suite file and of one of its lines. */
  suiteBytesMax: 64 * MiB,
  suiteLineBytesMax: 4 * MiB,
  /** Bytes of a label file: labelsMax labels of lineCharsMax characters would be 25 MB, real ones stay below 2. */
  labelsFileBytesMax: 8 * MiB,
  /** Bytes of a signature envelope; ours have about 800. */
  signatureBytesMax: 64 * KiB,
  /** Bytes of zeros after the end of a package: GNU tar fills its last record, of 10 KiB, with them. */
  packageTrailerBytesMax: 64 * KiB,
  /** Cases of a suite that examples are looked for among, the first ones. */
  exampleCasesMax: 1000,
  /** Elements of an input that validation makes up: one picture of imageSideMax in colour has 201 million. */
  sampleElementsMax: 256 * MiB,
  /** Files in one package: a sharded model has hundreds, a bomb has millions. */
  packageEntriesMax: 4096,
  /** Files of data among them, such as the pictures of a suite: a data set for training is no part of a package. */
  packageDataFilesMax: 500,
  /** Bytes of one package: the largest open weights in ONNX form stand near 1 TiB; a laptop's disk below that. */
  packageBytesMax: 512 * GiB,
  /** Bytes of stored files that are hashed before an export begins: a tenth of a second, and a refusal instead of a cut. */
  exportVerifiedFirstBytesMax: 64 * MiB,
  /** Bytes of an OCI manifest; registries accept at least 4 MiB (distribution specification). */
  manifestBytesMax: 4 * MiB,
  /** Bytes of an ONNX file's graph without its weights that inspect reads into memory. */
  graphBytesMax: 256 * MiB,
  /** Bytes of a name or a place inside a graph; exporters write module paths of a few hundred. */
  graphTextBytesMax: 4 * KiB,
  /** Inputs, outputs or external tensors of one graph: the largest language models have some ten thousand weights. */
  graphValuesMax: 200_000,
  /** Different operators, operator sets or own functions of one model; ONNX has two hundred operators. */
  graphOperatorsMax: 10_000,
  /** Dimensions of a tensor; the same as in the tensor contract. */
  tensorRankMax: 32,
  /** Depth of nested graphs (If, Loop, Scan) and of nested JSON. */
  nestingMax: 64,
  /** Models up to this size are loaded from the verified buffer, larger ones by path. */
  bufferLoadBytesMax: 64 * MiB,
  /** Address space and wall time of one lab process. */
  labAddressSpaceBytes: 16 * GiB,
  labSecondsMax: 3600,
  /** Bodies of the serving door; Triton's default is 64 MiB. */
  inferBodyBytesMax: 64 * MiB,
  /** Bytes of a judgement of an answer: an id and a score. */
  feedbackBodyBytesMax: 4 * KiB,
  /** Answered requests that can be judged, at most so many and so long; some 200 bytes each. */
  feedbackRequestsMax: 100_000,
  feedbackHoursMax: 24,
  /** Answers that are kept by the policies of endpoints, all together. */
  responseCacheBytesMax: 256 * MiB,
  /** Bodies above this are parsed off the door thread: 64 kB of JSON parse in well under a millisecond. */
  prepareThreadBytesMin: 64 * KiB,
  /** Bodies of the control API, uploads apart. */
  apiBodyBytesMax: 4 * MiB,
  /** Of who has neither a login nor a key: a link and two passwords of 1024 characters are less. */
  strangerBodyBytesMax: 16 * KiB,
  /** Items of one predict call. */
  batchItemsMax: 1024,
  /** Items of one request for embeddings: what OpenAI's API takes, so that its clients need not be told. */
  embeddingItemsMax: 2048,
  /** Connections of the gRPC door, and calls at the same time over one: a client needs one, a proxy some dozens. */
  grpcConnectionsMax: 1024,
  grpcStreamsMax: 1024,
  /** After so long without a call a connection is closed, which its client opens again; one that is gone is noticed. */
  grpcIdleSecondsMax: 300,
  grpcKeepaliveSeconds: 60,
  /** Requests waiting for one model; the next is refused with 503. */
  queueRequestsMax: 4096,
  /** Rows of one page of any list. */
  pageRowsMax: 500,
  /** Bytes of one usage segment file; a new one is begun after it. */
  usageSegmentBytes: 64 * MiB,
  /** Bytes and count of rotated log files. */
  logFileBytes: 10 * MiB,
  logFilesMax: 5,
  /** Characters of a line that a child process wrote by itself; those of ONNX Runtime seldom have 400. */
  outputLineCharsMax: 1000,
  /** Lines that are logged of what one writes in a period of so many seconds: a stack or two, and no flood. */
  outputLogLinesMax: 100,
  outputLogSeconds: 10,
  /** The last lines that a crash report tells. */
  lastLinesMax: 20,
  /** A login ends after a working day. */
  loginHoursMax: 12,
  /** Ended jobs are kept for a month, for whoever asks what happened. */
  jobDaysMax: 30,
  /** Jobs that may wait: a person never has so many, a script that has lost its way does. */
  jobsQueuedMax: 1000,
  /** Hours that an uploaded file waits to be used: nobody comes back to a form after a day. */
  uploadHoursMax: 24,
  /** Silence on a connection while a body is sent or an answer is read; a request that waits for its answer may. */
  stallSecondsMax: 120,
  /** Characters of a password: it stands alone, and a limiter slows guessing (NIST SP 800-63B asks at least 8, and 15 without one). */
  passwordCharsMin: 12,
  passwordCharsMax: 1024,
  /** Minutes that a one-time login link is good for. */
  loginLinkMinutesMax: 60,
  /** Minutes that an address waits after too many failed logins: 10 tries in 15 minutes are 1000 a day. */
  loginWaitMinutes: 15,
  /** Failed logins from one address before it must wait. */
  loginFailuresMax: 10,
  /** Seconds between two signs of life that make a child count as hung. */
  childSilenceSecondsMax: 30,
  /** Calls of the desktop's page to its main process: a person's clicks and drops stay far below it. */
  shellCallsPerSecondMax: 20,
  /** Files of one drop or dialog, as many as one draft takes at a time (contract/api/drafts.ts). */
  shellFilesMax: 100,
  /** Characters of a path on the host: PATH_MAX of Linux; Windows stops at 32 767, which nobody types. */
  hostPathCharsMax: 4096,
  /** Engine threads of one process: a model has one of its own until there are so many; an idle one takes 8 MB. */
  engineThreadsMax: 32,
  /** Bytes of one library for graphics cards: the one for CUDA has some 700 MB. */
  gpuLibraryBytesMax: 2 * GiB,
  /** Share of the machine's memory that loaded models may take, where the settings name no number of bytes. */
  modelMemoryShare: 0.5,
  /** Wall time of the search for the best number of threads when a version is deployed. */
  tuningMsMax: 2000,
  /** Wall time of one run in an engine thread: a batch of the slowest models here ends in a tenth of it. */
  engineRunSecondsMax: 60,
  /** Bytes of a request's header block at the serving door; a bearer key and a trace context fit many times. */
  headerBytesMax: 16 * KiB,
  /** Time to send the headers and the whole request: 64 MiB at 1 MB/s arrive in 67 s; slower clients are let go. */
  headersSecondsMax: 10,
  requestSecondsMax: 120,
  /** Time that requests in flight are given to finish when serving drains; control kills it a little later. */
  drainSecondsMax: 10,
  /** Seconds in which a client must have taken its answer: a large one holds memory until then. */
  answerSecondsMax: 60,
  /** Rows that waiting requests of one model are merged to at most: past 64 the gain is small, the wait is not. */
  mergedRowsMax: 64,
  /** A version that was loaded for a try is unloaded after this time without a call. */
  tryIdleSecondsMax: 300,
  /** Remote engines: each is looked at every few seconds. */
  remoteEnginesMax: 100,
  /** One request to a remote engine, with all that is tried for it, where its settings name no time. */
  remoteTimeoutMs: 30_000,
  /** Between two looks at a remote engine, and how long one may take. */
  remoteLookSeconds: 5,
  remoteLookMsMax: 2000,
  /** Requests of one model that a remote engine is sent at the same time; it has a queue of its own. */
  remoteRunsMax: 16,
  /** Share of the requests that may be sent a second time, and how many are saved up: a retry must not double a load. */
  remoteRetryShare: 0.1,
  remoteRetriesSavedMax: 10,
  /** Usage records that one transaction takes into the index: a few milliseconds of the door thread. */
  usageIndexRowsMax: 256,
  /** Rules of alerts: each is looked at each second, for each version that it is about. */
  alertRulesMax: 200,
  /** Alerts that ended: kept for a quarter, which a report covers, and so many of them at most (400 bytes each). */
  alertDaysMax: 92,
  alertsResolvedMax: 10_000,
  /** Found alerts that wait in memory where node.db cannot be written. */
  alertsUnstoredMax: 1000,
  /** Addresses that are told of alerts, and characters of one. */
  webhooksMax: 20,
  webhookUrlCharsMax: 2048,
  /** In which a receiver must have answered: Standard Webhooks names 15 to 30 s. */
  webhookSecondsMax: 15,
  /** Messages that wait for one webhook; more are not kept for it. */
  webhookMessagesMax: 1000,
  /** Bytes of a signed document: a license that is bound to 256 machines has 60 000. */
  documentJwsBytesMax: 64 * KiB,
  /** Bytes of a list of revocations or a usage report: 50 000 entries of 130 bytes. */
  listJwsBytesMax: 8 * MiB,
  /** Characters of terms in words: a page of prose. */
  licenseTextCharsMax: 4096,
  /** Licenses that one node keeps. */
  licensesMax: 100_000,
  /** Names by which one company is known to its licensors: a customer number or two with each. */
  siteAccountsMax: 100,
  /** How far a document's date may lie ahead of the trusted time: clocks of two companies differ by minutes. */
  documentSkewSeconds: 300,
  /** Days in which a machine whose traits changed is bound anew. */
  rebindDaysMax: 14,
  /** Days that an emergency code is good for. */
  emergencyDaysMax: 7,
  /** Hours in which a rotated API key is good beside its new secret: a month to reach every client. */
  keyOverlapHoursMax: 720,
  /** Hours in which the same Idempotency-Key counts once. */
  idempotencyHoursMax: 24,
  /** Idempotency keys that are kept, of one caller and of all: one caller cannot push out the keys of the others alone. */
  idempotencyKeysPerCallerMax: 20_000,
  idempotencyKeysMax: 200_000,
  /** Requests that one leased block of quota is made for: at 100 000 a second a hundred commits. */
  quotaBlockRequestsMax: 1000,
  /** Settled blocks that stay in the chain; what they add up to stands in the rows of the accounts. */
  quotaSettlementsKept: 1024,
  /** Milliseconds after a failed commit before the next one is tried: each may wait for a lock on the door's thread. */
  quotaRetryMs: 250,
  /** Milliseconds after which a block that rests is settled, so that a loss of power forfeits nothing of it. */
  quotaIdleMs: 10_000,
} as const)
