/** What a list revokes is read from the signed list itself, each time: rows beside it could be edited. */
export const revocationsBySignature = `
drop table if exists revoked_licenses;
`
