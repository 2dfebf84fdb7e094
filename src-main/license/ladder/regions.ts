/** Whether a country lies in a list of countries, where `EU` stands for the member states of the European Union. */

/** ISO 3166-1 alpha-2, as of 2020-02-01 (europa.eu, country codes: Greece is GR in ISO). */
const europeanUnion = new Set(
  'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE'.split(' '),
)

export const isWithin = (country: string, allowed: readonly string[]): boolean =>
  allowed.includes(country) || (allowed.includes('EU') && europeanUnion.has(country))
