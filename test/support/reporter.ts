/** A machine of a customer that signs usage reports, each naming the one before, or not. */
import type { KeyObject } from 'node:crypto'
import { digestHex, sha256 } from '../../src-main/base/digest.ts'
import { fingerprintOf, publicKeyText } from '../../src-main/base/signing-key.ts'
import type { UsageReport } from '../../src-main/flows/issuing/report-findings.ts'
import { signDocument } from '../../src-main/license/envelope/sign-document.ts'
import { nowSeconds } from './licenses.ts'

type Change = Partial<Pick<UsageReport, 'records' | 'accounts' | 'previous'>>

export function reporter(key: KeyObject, name: string) {
  const id = fingerprintOf(key)
  let number = 0
  let last: string | null = null
  function sign(change: Change): string {
    const previous = last === null ? null : digestHex(sha256(last))
    const said = { records: 0, accounts: [], previous, ...change }
    const head = digestHex(sha256(`${name} ${said.records}`))
    const fixed = { ver: 1 as const, crit: [], iss: id, iat: nowSeconds(), number, head }
    const machine = { node: { id, name, traits: [] }, publicKey: publicKeyText(key) }
    return signDocument('usage-report', { ...fixed, ...machine, ...said }, key)
  }
  return {
    /** The next one. */
    report: (change: Change): string => {
      number += 1
      last = sign(change)
      return last
    },
    /** One that nobody is sent. */
    skip: (): void => {
      number += 1
      last = sign({})
    },
    /** Another one under the number of the last. */
    again: sign,
  }
}
