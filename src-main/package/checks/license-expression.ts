/** SPDX license expressions: whether one is written rightly, and which of its identifiers SPDX does not list. */
import deprecated from 'spdx-license-ids/deprecated.json' with { type: 'json' }
import current from 'spdx-license-ids/index.json' with { type: 'json' }

const listed = new Map([...deprecated, ...current].map((id) => [id.toLowerCase(), id]))

/** What there is to say of each identifier that is not written as SPDX lists it, in sentences. */
export function unlistedLicenses(expression: string): string[] {
  const licenses = expression.replaceAll(/\bWITH\s+[^\s()]+/g, '').match(/[^\s()]+/g) ?? []
  return licenses.flatMap((written) => {
    if (/^(AND|OR|NOASSERTION|NONE|(DocumentRef-.+:)?LicenseRef-.+)$/.test(written)) return []
    const id = written.replace(/\+$/, '')
    const known = listed.get(id.toLowerCase())
    if (known === id) return []
    return known === undefined
      ? `"${id}" is not on the list of SPDX licenses: write LicenseRef-${id}, with its text.`
      : `"${id}" is written ${known} on the list of SPDX licenses.`
  })
}

/**
 * The grammar of SPDX license expressions (SPDX specification 2.3, annex D) by its shape: identifiers joined by AND,
 * OR and WITH, in balanced brackets. Whether an identifier is on SPDX's list is another question; the list grows.
 */
export function isLicenseExpression(text: string): boolean {
  const tokens = text.match(/[()]|[^\s()]+/g) ?? []
  let depth = 0
  let wantsOperand = true
  for (const token of tokens) {
    if (token === '(') {
      if (!wantsOperand) return false
      depth++
    } else if (token === ')') {
      if (wantsOperand || --depth < 0) return false
    } else if (/^(AND|OR|WITH)$/.test(token)) {
      if (wantsOperand) return false
      wantsOperand = true
    } else {
      if (!wantsOperand || !/^[A-Za-z0-9][A-Za-z0-9.:-]*\+?$/.test(token)) return false
      wantsOperand = false
    }
  }
  return depth === 0 && !wantsOperand
}
