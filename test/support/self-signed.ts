/** A certificate that nobody vouches for, made on the spot: X.509 version 3 in DER (RFC 5280), signed with Ed25519. */
import { generateKeyPairSync, sign } from 'node:crypto'

const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
  const content = Buffer.concat(parts)
  const length =
    content.byteLength < 0x80
      ? [content.byteLength]
      : [0x82, content.byteLength >> 8, content.byteLength & 0xff]
  return Buffer.concat([Buffer.from([tag, ...length]), content])
}
const sequence = (...parts: Buffer[]) => tlv(0x30, ...parts)
const integer = (...bytes: number[]) => tlv(0x02, Buffer.from(bytes))
/** id-Ed25519, 1.3.101.112 (RFC 8410). */
const ed25519 = sequence(tlv(0x06, Buffer.from([0x2b, 0x65, 0x70])))
const commonName = (name: string) =>
  sequence(tlv(0x31, sequence(tlv(0x06, Buffer.from([0x55, 0x04, 0x03])), tlv(0x0c, Buffer.from(name)))))
const time = (text: string) => tlv(0x17, Buffer.from(text))

/** For a name that no test connects to: what is trusted is the certificate itself. */
export function selfSigned(name = 'models.example'): { cert: string; key: string } {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const body = sequence(
    tlv(0xa0, integer(2)),
    integer(1),
    ed25519,
    commonName(name),
    sequence(time('250101000000Z'), time('491231235959Z')),
    commonName(name),
    publicKey.export({ type: 'spki', format: 'der' }),
  )
  const signature = tlv(0x03, Buffer.from([0]), sign(null, body, privateKey))
  const der = sequence(body, ed25519, signature).toString('base64').replaceAll(/.{64}/g, '$&\n')
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${der}\n-----END CERTIFICATE-----\n`,
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
  }
}
