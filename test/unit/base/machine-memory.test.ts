/** A limit of a container counts where it is less than the machine has. */
import { totalmem } from 'node:os'
import { expect, test } from 'vitest'
import { machineMemory } from '../../../src-main/base/machine-memory.ts'
import { limits } from '../../../src-main/contract/limits.ts'
import { examinationBytes } from '../../../src-main/flows/packages/examine.ts'

const GiB = 2 ** 30

test('the limit of a container is all the memory there is', () => {
  expect(machineMemory(64 * GiB, 2 * GiB)).toBe(2 * GiB)
  expect(machineMemory(64 * GiB, 0)).toBe(64 * GiB)
  expect(machineMemory(64 * GiB, 18446744073709552000)).toBe(64 * GiB)
  expect(machineMemory()).toBeLessThanOrEqual(totalmem())
})

test('an examination leaves a part of a small machine to the others', () => {
  expect(examinationBytes(8 * GiB)).toBe(6 * GiB)
  expect(examinationBytes(256 * GiB)).toBe(limits.labAddressSpaceBytes)
})
