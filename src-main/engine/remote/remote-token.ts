/** What the token of a remote engine is sealed for: control seals it, serving opens it. */
export const remoteTokenPurpose = 'token of a remote engine'
