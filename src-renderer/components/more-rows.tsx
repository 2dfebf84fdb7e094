/** Below a list of which a part is here: how much that is, and the next part. */
import { Button } from '@mantine/core'
import type { GrowingList } from '../data/growing-list.ts'
import { formatNumber } from './format.ts'
import style from './more-rows.module.css'

export function MoreRows<Row>({ list }: { list: GrowingList<Row> }) {
  if (!list.data || !list.hasNextPage) return null
  return (
    <div className={style.more}>
      <span>
        {formatNumber(list.data.rows.length)} of {formatNumber(list.data.total)}
      </span>
      <Button size="xs" loading={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
        Show more
      </Button>
    </div>
  )
}
