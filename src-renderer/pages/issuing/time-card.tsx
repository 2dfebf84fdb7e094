/** The present time, signed: for a customer's machine whose clock was lost or set wrong. */
import { client } from '../../client.ts'
import { Card } from '../../components/page.tsx'
import css from './issuing.module.css'
import { SignButton } from './sign-button.tsx'

export const TimeCard = () => (
  <Card
    title="Time"
    note="for a machine whose clock was lost"
    actions={
      <SignButton
        sign={() => client.issuing.time({ node: null })}
        saved="The time is saved"
        next={() => 'Send the file to the customer: it is imported like a license.'}
        failed="The time was not signed"
      >
        Sign the time
      </SignButton>
    }
  >
    <p className={css.hint}>
      A file with the present time. The customer’s node goes by it once it is imported.
    </p>
  </Card>
)
