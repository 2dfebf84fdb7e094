/** JSON as a person reads it: indented, but a short row of numbers stays one line. */
const lineCharsMax = 100

export function jsonText(value: unknown): string {
  // A text holds no line break as such, so nothing inside of one is taken for a row.
  return (JSON.stringify(value, null, 2) ?? '').replaceAll(/\[\n[-+.\deE,\s]+\]/g, (row) => {
    const line = row.replaceAll(/\s+/g, ' ').replace('[ ', '[').replace(' ]', ']')
    return line.length > lineCharsMax ? row : line
  })
}
