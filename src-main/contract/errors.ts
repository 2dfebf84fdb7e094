/**
 * The catalogue of refusals and faults: CODE to HTTP status, whether trying again can help, and the title that
 * stands on the page. Codes are stable: a client may branch on them. Each door translates them once.
 */
const entry = (status: number, title: string, retryable = false) => ({ status, title, retryable })

export const errorCatalogue = {
  // requests
  BAD_REQUEST: entry(400, 'The request could not be understood'),
  INPUT_INVALID: entry(400, 'An input does not fit the model'),
  JSON_INVALID: entry(400, 'The body is not usable JSON'),
  UNAUTHORIZED: entry(401, 'No valid key or login'),
  FORBIDDEN: entry(403, 'Not allowed with this key or login'),
  ORIGIN_FORBIDDEN: entry(403, 'The request comes from another site'),
  HOST_FORBIDDEN: entry(421, 'The request names a host that this node does not answer for'),
  NOT_FOUND: entry(404, 'Not found'),
  METHOD_NOT_ALLOWED: entry(405, 'Method not allowed'),
  PAYLOAD_TOO_LARGE: entry(413, 'The body is too large'),
  UNSUPPORTED_MEDIA_TYPE: entry(415, 'The content type is not supported here'),
  TOO_MANY_REQUESTS: entry(429, 'Too many requests', true),
  INTERNAL: entry(500, 'Something failed inside the node', true),
  // registry
  MODEL_NOT_FOUND: entry(404, 'Unknown model'),
  VERSION_NOT_FOUND: entry(404, 'Unknown version'),
  VERSION_SUNSET: entry(410, 'The version is past its sunset date'),
  NAME_INVALID: entry(400, 'A name is outside its grammar'),
  VERSION_EXISTS: entry(409, 'This version is registered already with other contents'),
  VERSION_RULE: entry(422, 'The version number does not fit what changed'),
  VERSION_IN_USE: entry(409, 'The version is in use'),
  ARTIFACT_CORRUPT: entry(500, 'A stored file differs from its digest'),
  // packages
  PACKAGE_INVALID: entry(422, 'The package is not valid'),
  PACKAGE_PATH: entry(422, 'A path in the package is not allowed'),
  PACKAGE_LIMIT: entry(413, 'The package is over a limit'),
  PACKAGE_DIGEST: entry(422, 'A file in the package differs from its digest'),
  PACKAGE_UNSIGNED: entry(422, 'The package is not signed'),
  SIGNATURE_INVALID: entry(422, 'The signature does not fit the package'),
  PUBLISHER_UNKNOWN: entry(403, 'The publisher of this package is not trusted here'),
  PUBLISHER_MISMATCH: entry(403, 'The signing key is not the one trusted for this publisher'),
  DESCRIPTOR_INVALID: entry(422, 'outpost.json is not valid'),
  MIGRATION_GUIDE_MISSING: entry(422, 'A major version needs a migration guide'),
  VALIDATION_FAILED: entry(422, 'The package did not pass validation'),
  ONNX_INVALID: entry(422, 'The file is not a readable ONNX model'),
  ONNX_UNSUPPORTED: entry(422, 'The model needs what the runtime here does not have'),
  ONNX_EXTERNAL_DATA: entry(422, 'The external data of the model is not usable'),
  LAB_CRASHED: entry(500, 'The process that examined the package died', true),
  LAB_LIMIT: entry(422, 'The examination went over its limits of time or memory'),
  // serving
  ENDPOINT_NOT_FOUND: entry(404, 'Unknown endpoint'),
  ENDPOINT_EXISTS: entry(409, 'An endpoint of this name serves another model'),
  TRAFFIC_CONFLICT: entry(409, 'The traffic of the endpoint cannot be changed so'),
  NOT_DEPLOYED: entry(409, 'The version is registered but not deployed'),
  DEPLOYMENT_NOT_READY: entry(503, 'The deployment is not ready', true),
  DEPLOYMENT_FAILED: entry(500, 'The model could not be loaded'),
  QUEUE_FULL: entry(503, 'Too many requests are waiting for this model', true),
  MODEL_TOO_LARGE: entry(503, 'The model does not fit into the memory for models'),
  QUEUE_TIMEOUT: entry(503, 'The request was not run within its timeout', true),
  ENGINE_FAILED: entry(500, 'The model failed on this input'),
  ENGINE_CRASHED: entry(503, 'The process that ran the model died', true),
  MODEL_SET_ASIDE: entry(503, 'The model is set aside after repeated crashes'),
  SERVING_UNAVAILABLE: entry(503, 'The serving process is not running', true),
  METER_UNAVAILABLE: entry(503, 'The call could not be recorded', true),
  ALERT_RULE_NOT_FOUND: entry(404, 'Unknown rule of alerts'),
  WEBHOOK_NOT_FOUND: entry(404, 'Unknown webhook'),
  WEBHOOK_FAILED: entry(502, 'The webhook did not take the message', true),
  // node
  DATA_DIR_IN_USE: entry(409, 'Another node runs on this data folder'),
  DATA_DIR_NEWER: entry(409, 'The data folder was written by a newer version'),
  DATA_DIR_INVALID: entry(409, 'The data folder cannot be used'),
  PATH_UNUSABLE: entry(409, 'A file or folder cannot be used by this account'),
  DISK_FULL: entry(507, 'The disk is full', true),
  MACHINE_UNFIT: entry(500, 'This machine cannot run a node'),
  PORT_TAKEN: entry(409, 'The port is taken'),
  BIND_INSECURE: entry(400, 'The address would be reachable from outside without TLS'),
  JOB_NOT_FOUND: entry(404, 'Unknown job'),
  JOB_STATE: entry(409, 'The job is not in a state for that'),
  DRAFT_NOT_FOUND: entry(404, 'Unknown draft'),
  HANDLE_INVALID: entry(404, 'The file handle is unknown or used already'),
  KEY_INVALID: entry(400, 'The key cannot be used'),
  PASSWORD_WEAK: entry(400, 'The password is too short'),
  LOGIN_LINK_INVALID: entry(401, 'The login link is used up or was never valid'),
  LOGIN_FAILED: entry(401, 'The password is wrong'),
  CLI_USAGE: entry(400, 'The command line could not be understood'),
  NODE_UNREACHABLE: entry(503, 'The node does not answer', true),
} as const

export type ErrorCode = keyof typeof errorCatalogue
export const errorCodes = Object.keys(errorCatalogue) as ErrorCode[]

export const isErrorCode = (code: string): code is ErrorCode => Object.hasOwn(errorCatalogue, code)
