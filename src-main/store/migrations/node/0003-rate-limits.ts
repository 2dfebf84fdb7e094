/** How much a key may ask for. */
export const rateLimits = `
alter table api_keys add column requests_per_minute integer;             -- null: as many as it likes
`
