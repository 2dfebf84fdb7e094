/**
 * What a caller needs for each procedure: a scope of its key (a login and the desktop's owner have all of them), or
 * nothing. Complete by type: a procedure without a line here does not compile.
 */
import type { KeyScope } from '../views.ts'
import type { Contract } from './contract.ts'

export type Access = KeyScope | 'open'

export const access: { [Group in keyof Contract]: { [Procedure in keyof Contract[Group]]: Access } } = {
  system: {
    status: 'read',
    events: 'read',
    devices: 'read',
    modelMemory: 'read',
    setModelMemory: 'admin',
    restartServing: 'admin',
    installSamples: 'write',
    removeSamples: 'write',
    backup: 'admin',
    collect: 'admin',
  },
  models: {
    list: 'read',
    get: 'read',
    versions: 'read',
    version: 'read',
    resolve: 'read',
    remove: 'write',
    deprecate: 'write',
    pin: 'write',
    verify: 'write',
  },
  packages: { inspect: 'write', import: 'write', discard: 'write' },
  drafts: {
    list: 'read',
    bases: 'read',
    get: 'read',
    create: 'write',
    update: 'write',
    addFiles: 'write',
    removeFile: 'write',
    test: 'write',
    build: 'write',
    remove: 'write',
  },
  deployments: {
    list: 'read',
    deploy: 'write',
    shift: 'write',
    promote: 'write',
    rollBack: 'write',
    setPolicy: 'write',
    setHosting: 'write',
    tune: 'write',
    which: 'read',
    transitions: 'read',
    start: 'write',
    stop: 'write',
    remove: 'write',
  },
  engines: { list: 'read', add: 'admin', change: 'admin', test: 'admin', remove: 'admin' },
  licenses: {
    list: 'read',
    node: 'read',
    preview: 'write',
    install: 'admin',
    remove: 'admin',
    deactivate: 'admin',
    redeem: 'admin',
    lineage: 'read',
    simulate: 'read',
    notices: 'read',
    refusals: 'read',
    request: 'admin',
    explain: 'read',
    declareSite: 'admin',
  },
  issuing: {
    list: 'read',
    preview: 'admin',
    issue: 'admin',
    seal: 'admin',
    sealed: 'admin',
    document: 'admin',
    openRequest: 'read',
    emergencyCode: 'admin',
    revoke: 'admin',
    revocations: 'admin',
    keys: 'read',
    certify: 'admin',
    revokeKey: 'admin',
    keyset: 'admin',
    tranche: 'admin',
    time: 'admin',
    takeReport: 'admin',
    reports: 'read',
    report: 'read',
    reportFiles: 'read',
    receipt: 'admin',
    recovery: 'admin',
    moved: 'admin',
  },
  mail: { settings: 'read', set: 'admin', test: 'admin', list: 'read' },
  usage: { statement: 'read', verify: 'read', report: 'admin' },
  playground: { infer: 'infer', interface: 'read' },
  requests: { list: 'read', get: 'read' },
  alerts: { list: 'read', drift: 'read', rules: 'read', addRule: 'write', removeRule: 'write' },
  // The node itself calls what stands there, also in a network that others do not reach.
  webhooks: { list: 'admin', add: 'admin', test: 'admin', remove: 'admin' },
  jobs: { list: 'read', get: 'read', watch: 'read', cancel: 'write', retry: 'write' },
  keys: { list: 'admin', create: 'admin', rotate: 'admin', revoke: 'admin' },
  publishers: {
    list: 'read',
    trust: 'admin',
    remove: 'admin',
    own: 'read',
    rename: 'admin',
    exportKey: 'admin',
    importKey: 'admin',
    rotate: 'admin',
  },
  login: {
    state: 'open',
    link: 'admin',
    check: 'open',
    claim: 'open',
    enter: 'open',
    leave: 'open',
    setPassword: 'admin',
  },
}

const needs = new Map<string, Access>(
  Object.entries(access).flatMap(([group, procedures]) =>
    Object.entries(procedures).map(([name, needed]): [string, Access] => [`${group}.${name}`, needed]),
  ),
)

/** Of a procedure by its path in the contract; what nobody named is for the admin. */
export const accessOf = (path: readonly string[]): Access => needs.get(path.join('.')) ?? 'admin'

/** A wider scope has the narrower ones: admin all, write read. Infer stands alone, so that a consumer's key reads nothing. */
export function grants(scopes: readonly KeyScope[], needed: Access): boolean {
  if (needed === 'open' || scopes.includes('admin')) return true
  return scopes.includes(needed) || (needed === 'read' && scopes.includes('write'))
}
