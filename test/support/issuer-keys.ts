import { exportJWK, generateKeyPair, type JWK, SignJWT } from 'jose'

/** A key as an issuer has it: it signs with one half and shows the other. */
export interface IssuerKey {
  readonly kid: string
  readonly alg: string
  readonly publicJwk: JWK
  sign(claims: object, header?: Readonly<Record<string, unknown>>): Promise<string>
}

export async function makeKey(kid: string, alg = 'ES256'): Promise<IssuerKey> {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true })
  return {
    kid,
    alg,
    publicJwk: { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' },
    sign: (claims, header = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg, kid, typ: 'at+jwt', ...header })
        .sign(privateKey),
  }
}

/** Without any key at all. */
export function signWithNothing(claims: object): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
  return `${part({ alg: 'none', typ: 'at+jwt' })}.${part(claims)}.`
}

/** With a key that everybody can read, taken for a secret. */
export function signWithPublic(claims: object, { kid, publicJwk }: IssuerKey): Promise<string> {
  return new SignJWT({ ...claims })
    .setProtectedHeader({ alg: 'HS256', kid, typ: 'at+jwt' })
    .sign(new TextEncoder().encode(JSON.stringify(publicJwk)))
}
