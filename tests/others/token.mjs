// Makes or checks tokens with a library of npm: `node token.mjs LIBRARY`. A line of standard input is a case, in JSON; the answer's
// line is the token, or `null` where the library does not make it.
import { createSecretKey, generateKeyPairSync } from 'node:crypto'
import { createInterface } from 'node:readline'
import * as jose from 'jose'
import jsonwebtoken from 'jsonwebtoken'

const pair = (algorithm) => {
    if (algorithm.startsWith('ES')) return generateKeyPairSync('ec', { namedCurve: 'P-256' })
    if (algorithm === 'EdDSA') return generateKeyPairSync('ed25519')
    return generateKeyPairSync('rsa', { modulusLength: 2048 })
}

const libraries = {
    jose: {
        async make({ header, claims, key }) {
            if (header.alg === 'none') return new jose.UnsecuredJWT(claims).encode()
            if (header.enc) return new jose.EncryptJWT(claims).setProtectedHeader(header).encrypt(new Uint8Array(32))
            if (header.b64 === false) {
                const payload = new TextEncoder().encode(JSON.stringify(claims))
                const parts = await new jose.FlattenedSign(payload).setProtectedHeader(header).sign(new TextEncoder().encode(key))
                return `${parts.protected}.${JSON.stringify(claims)}.${parts.signature}`
            }
            const secret = header.alg.startsWith('HS') ? new TextEncoder().encode(key) : pair(header.alg).privateKey
            return new jose.SignJWT(claims).setProtectedHeader(header).sign(secret)
        },
        async check({ token, key }) {
            const { payload } = await jose.jwtVerify(token, new TextEncoder().encode(key), { algorithms: ['HS256'] })
            return payload
        }
    },
    jsonwebtoken: {
        async make({ header, claims, key }) {
            const secret = header.alg === 'none' ? ''
                : header.alg.startsWith('HS') ? createSecretKey(Buffer.from(key)) : pair(header.alg).privateKey
            return jsonwebtoken.sign(claims, secret, { algorithm: header.alg, header, noTimestamp: true })
        },
        async check({ token, key }) {
            return jsonwebtoken.verify(token, key, { algorithms: ['HS256'] })
        }
    }
}

const library = libraries[process.argv[2]]
for await (const line of createInterface({ input: process.stdin })) {
    const asked = JSON.parse(line)
    const answer = await library[asked.token ? 'check' : 'make'](asked).catch(() => null)
    console.log(JSON.stringify(answer))
}
