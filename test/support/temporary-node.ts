/** Nodes of one test, which asks for them itself or in its beforeEach: stopped when the test ends. */
import { onTestFinished } from 'vitest'
import type { NodeConfig } from '../../src-main/node.ts'
import { createServingNode, type ServingNode } from './serving-node.ts'
import { startWholeNode, type WholeNode } from './whole-node.ts'

export async function temporaryNode(config: Partial<NodeConfig> = {}): Promise<WholeNode> {
  const outpost = await startWholeNode(config)
  onTestFinished(() => outpost[Symbol.asyncDispose]())
  return outpost
}

export async function temporaryServingNode(): Promise<ServingNode> {
  const node = await createServingNode()
  onTestFinished(() => node.remove())
  return node
}
