/**
 * The grammars of every name that crosses a boundary: model ids, versions, endpoints, digests, datatypes.
 * A name that does not match is refused before anything is looked up.
 */
import { z } from 'zod'

const part = '[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?'

export const publisherName = z
  .string()
  .regex(new RegExp(`^${part}$`), 'lower case letters, digits and dashes, at most 64 characters')

/** `publisher.name`; its OCI repository is `publisher/name`. */
export const modelId = z
  .string()
  .regex(
    new RegExp(`^${part}\\.${part}$`),
    'publisher.name, each part of lower case letters, digits and dashes, at most 64 characters',
  )

/**
 * Semantic version 2.0.0 (semver.org) without a leading "v". Build metadata carries the data version:
 * `1.2.0+data.7`. Two versions that differ in build metadata alone are the same version.
 */
export const versionName = z
  .string()
  .max(128, { abort: true })
  .regex(
    /^(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})(?:-((?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*))?(?:\+([0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*))?$/,
    'a semantic version such as 1.2.0 or 1.2.0+data.7',
  )

/** Dot-separated identifiers of semver build metadata, for example `data.7` or `2026-11`. */
export const dataVersionName = z
  .string()
  .max(64, { abort: true })
  .regex(/^[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*$/, 'letters, digits and dashes, in parts divided by dots')

/** What a consumer may write after `@`: an exact version, a range such as `2.x`, or an alias such as `stable`. */
export const versionReference = z.string().min(1).max(128)

export const endpointName = z
  .string()
  .regex(
    /^[a-z0-9](?:[a-z0-9.-]{0,126}[a-z0-9])?$/,
    'lower case letters, digits, dots and dashes, at most 128 characters',
  )

export const remoteName = z
  .string()
  .regex(new RegExp(`^${part}$`), 'lower case letters, digits and dashes, at most 64 characters')

/** A remote engine in the place of a device: `remote:gpu-box`. */
export const remoteProvider = z.templateLiteral(['remote:', remoteName])
export type RemoteProvider = z.infer<typeof remoteProvider>

/** `sha256:` and 64 lower-case hexadecimal digits (OCI image specification, descriptor digests). */
export const digest = z
  .string()
  .regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 lower-case hexadecimal digits')

/** Names the key of sealed weights without giving it away (license/sealed-weights). */
export const contentKeyId = z.string().regex(/^[0-9a-f]{32}$/, '32 lower-case hexadecimal digits')

/** ISO 8601 in UTC with a trailing Z, milliseconds included. */
export const timestamp = z.iso.datetime({ offset: false })

/** A time from outside, however precise, in the one form that is stored and compared as text. */
export const instant = timestamp.transform((text) => new Date(text).toISOString())

export const rowId = z.uuid()
