/**
 * Logins of the headless UI: begun by a one-time link or by the password, carried by a cookie's token, ended by leaving,
 * by time, or by a changed password. Tokens are stored as hashes.
 */
import { OutpostError } from '../base/errors.ts'
import { limits } from '../contract/limits.ts'
import { inTransaction, type NodeReader, type NodeWriter } from '../store/sqlite.ts'
import { appendAuditEntry } from '../store/tables/audit-entries.ts'
import {
  deleteLogin,
  deleteOtherLogins,
  findLogin,
  findLoginLink,
  insertLogin,
  insertLoginLink,
  sweepLogins,
  takeLoginLink,
} from '../store/tables/logins.ts'
import { getSetting, setSetting } from '../store/tables/settings.ts'
import { hashPassword, isPassword, passwordRecord } from './password.ts'
import { newToken, tokenHash } from './tokens.ts'

export interface Begun {
  /** For the cookie; stored nowhere. */
  token: string
  expiresAt: string
}

const passwordSetting = 'password'
const later = (at: string, minutes: number): string =>
  new Date(Date.parse(at) + minutes * 60_000).toISOString()

export const isPasswordSet = (db: NodeReader): boolean =>
  getSetting(db, passwordSetting, passwordRecord) !== null

/** The token for a link that logs in once. */
export function issueLoginLink(db: NodeWriter, at: string): string {
  const token = newToken('')
  inTransaction(db, () => {
    sweepLogins(db, at)
    insertLoginLink(db, {
      hash: tokenHash(token),
      createdAt: at,
      expiresAt: later(at, limits.loginLinkMinutesMax),
    })
  })
  return token
}

/** LOGIN_LINK_INVALID for a link that was used, expired or never made; a good one stays good. */
export const checkLoginLink = (db: NodeReader, token: string, at: string): void =>
  refuseLink(findLoginLink(db, tokenHash(token)), at)

/**
 * Uses the link up and begins a login; with a password, that is set too. LOGIN_LINK_INVALID for a link that was used,
 * expired or never made; PASSWORD_WEAK leaves the link good.
 */
export async function claimLoginLink(
  db: NodeWriter,
  claim: { token: string; password?: string | undefined; address: string },
  at: string,
): Promise<Begun> {
  const link = tokenHash(claim.token)
  // Looked at before the password is worked on, which takes memory and time: only who has a link may ask for that.
  checkLoginLink(db, claim.token, at)
  const record = claim.password === undefined ? null : await hashPassword(claim.password)
  return inTransaction(db, () => {
    refuseLink(takeLoginLink(db, link), at)
    if (record) {
      setSetting(db, passwordSetting, record)
      deleteOtherLogins(db, null)
      audit(db, at, 'password.set', claim.address)
    }
    return begin(db, claim.address, at)
  })
}

function refuseLink(link: { expiresAt: string } | null, at: string): void {
  if (link && link.expiresAt > at) return
  throw new OutpostError(
    'LOGIN_LINK_INVALID',
    'The login link was used already, has expired, or was never valid.',
    { hint: 'outpost login-link prints a new one.' },
  )
}

/** LOGIN_FAILED, also where no password was ever set. The caller limits failures by address. */
export async function loginWithPassword(
  db: NodeWriter,
  attempt: { password: string; address: string },
  at: string,
): Promise<Begun> {
  const record = getSetting(db, passwordSetting, passwordRecord)
  const right = record !== null && (await isPassword(attempt.password, record))
  if (!right) throw new OutpostError('LOGIN_FAILED', 'The password is wrong.')
  return inTransaction(db, () => begin(db, attempt.address, at))
}

/**
 * Changes the password; every other login ends. LOGIN_FAILED where the current one is wrong or missing, PASSWORD_WEAK.
 * `trusted` is the owner on the machine itself, who needs no current one.
 */
export async function changePassword(
  db: NodeWriter,
  change: {
    current?: string | undefined
    next: string
    trusted: boolean
    kept: string | null
    address: string
  },
  at: string,
): Promise<void> {
  const record = getSetting(db, passwordSetting, passwordRecord)
  if (record !== null && !change.trusted && !(await isPassword(change.current ?? '', record))) {
    throw new OutpostError('LOGIN_FAILED', 'The current password is wrong.')
  }
  const next = await hashPassword(change.next)
  inTransaction(db, () => {
    setSetting(db, passwordSetting, next)
    deleteOtherLogins(db, change.kept === null ? null : tokenHash(change.kept))
    audit(db, at, 'password.set', change.address)
  })
}

/** The end of the login that a cookie's token is good for; null where it is good for none. */
export function loggedInUntil(db: NodeReader, token: string, at: string): string | null {
  const login = findLogin(db, tokenHash(token))
  return login !== null && login.expiresAt > at ? login.expiresAt : null
}

export function leave(db: NodeWriter, token: string): void {
  deleteLogin(db, tokenHash(token))
}

function begin(db: NodeWriter, address: string, at: string): Begun {
  const token = newToken('')
  const expiresAt = later(at, limits.loginHoursMax * 60)
  sweepLogins(db, at)
  insertLogin(db, { hash: tokenHash(token), createdAt: at, expiresAt, address })
  audit(db, at, 'login.begin', address)
  return { token, expiresAt }
}

const audit = (db: NodeWriter, at: string, action: string, address: string): void =>
  void appendAuditEntry(db, {
    at,
    actor: 'login',
    action,
    object: 'login',
    outcome: 'done',
    details: { address },
  })
