/**
 * A license is of one model, so its calls are found by the index of models: one more index cost each call several
 * microseconds.
 */
export const callsOfLicense = `
drop index if exists usage_by_license;
`
