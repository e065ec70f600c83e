import { afterAll, beforeAll, expect, it } from 'vitest'
import { createArchivalMemory } from '../../src/memory/archival.ts'
import type { TestStorage } from '../support/own-database.ts'
import { insertAgent, openTestStorage } from '../support/stores.ts'

/* Small sets of our own: each question asks for the entry beside it, among all others of its language. */

const SETS: Readonly<Record<string, readonly (readonly [entry: string, question: string])[]>> = {
  Chinese: [
    ['我妹妹住在上海，她在一家医院当护士。', '谁在医院工作？'],
    ['上个周末我们去爬了长城，天气很冷。', '什么时候爬长城？'],
    ['爸爸最喜欢喝龙井茶，从来不喝咖啡。', '爸爸喜欢喝什么茶？'],
    ['小明的生日是十月三日，他要一辆自行车。', '小明想要什么生日礼物？'],
    ['地下室的钥匙放在厨房的抽屉里。', '地下室的钥匙在哪里？'],
  ],
  Japanese: [
    ['妹は大阪の病院で看護師として働いています。', '病院で働いているのは誰？'],
    ['先週末、家族と富士山に登りました。', '富士山に登ったのはいつ？'],
    ['父は緑茶が好きで、コーヒーは飲みません。', '父が好きな飲み物は？'],
    ['健太の誕生日に自転車を買う約束をした。', '誕生日に何を買う？'],
    ['地下室の鍵は台所の引き出しにあります。', '鍵はどこにありますか？'],
  ],
  Arabic: [
    ['أختي تعمل ممرضة في مستشفى القاهرة.', 'من يعمل في مستشفى القاهرة؟'],
    ['صعدنا الجبل يوم الجمعة وكان الجو باردا.', 'متى صعدنا الجبل؟'],
    ['والدي يحب الشاي الأخضر ولا يشرب القهوة.', 'ماذا يحب والدي من الشاي؟'],
    ['يريد كريم دراجة جديدة لعيد ميلاده.', 'ماذا يريد كريم لعيد ميلاده؟'],
    ['مفتاح القبو في درج المطبخ.', 'أين مفتاح القبو؟'],
  ],
  Russian: [
    ['Моя сестра работает медсестрой в больнице.', 'Кто работает в больнице?'],
    ['В выходные мы поднимались на гору, было холодно.', 'Когда мы поднимались на гору?'],
    ['Папа любит зелёный чай и не пьёт кофе.', 'Какой чай любит папа?'],
    ['На день рождения Миша просит велосипед.', 'Что Миша просит на день рождения?'],
    ['Ключ от подвала лежит в ящике на кухне.', 'Где лежит ключ от подвала?'],
  ],
  Turkish: [
    ['Kız kardeşim İzmir’de bir hastanede hemşire.', 'Kim hastanede hemşire?'],
    ['Geçen hafta sonu dağa çıktık, hava soğuktu.', 'Ne zaman dağa çıktık?'],
    ['Babam yeşil çay sever, kahve içmez.', 'Babam hangi çay sever?'],
    ['Emre doğum günü için bisiklet istiyor.', 'Emre doğum günü için ne istiyor?'],
    ['Bodrumun anahtarı mutfak çekmecesinde.', 'Bodrumun anahtarı nerede?'],
  ],
  German: [
    ['Meine Schwester arbeitet als Pflegerin im Krankenhaus.', 'Wer arbeitet im Krankenhaus?'],
    ['Am Wochenende sind wir auf den Berg gestiegen.', 'Wann sind wir auf den Berg gestiegen?'],
    ['Papa trinkt am liebsten grünen Tee, nie Kaffee.', 'Welchen Tee trinkt Papa?'],
    ['Zum Geburtstag wünscht sich Max ein Fahrrad.', 'Was wünscht sich Max zum Geburtstag?'],
    ['Der Kellerschlüssel liegt in der Küchenschublade.', 'Wo liegt der Schlüssel vom Keller?'],
  ],
}

/** About as long as an answer of an assistant; its subject is said once. */
const LONG = [
  ['sourdough', 'Feed the sourdough starter in the evening.'],
  ['hinge', 'Oil the hinge before winter.'],
  ['passport', 'Renew the passport three months ahead.'],
] as const

let opened: TestStorage
beforeAll(async () => {
  opened = await openTestStorage()
}, 60_000)
afterAll(() => opened.close())

async function firstOf(entries: readonly string[], questions: readonly string[]) {
  const store = opened.storage.in('default')
  const { id } = await insertAgent(store)
  const memory = createArchivalMemory(store, () => Date.parse('2026-03-31T12:00:00Z'))
  await memory.insert(id, entries, {})
  const found: (string | undefined)[] = []
  for (const query of questions)
    found.push((await memory.search(id, { query, limit: 1 })).items[0]?.item.text)
  return found
}

it.each(Object.entries(SETS))(
  'in %s each question finds its entry first',
  async (_, pairs) => {
    const entries = pairs.map(([entry]) => entry)
    const questions = pairs.map(([, question]) => question)
    expect(await firstOf(entries, questions)).toEqual(entries)
  },
  30_000,
)

it('among long entries a question finds the one that is about it', async () => {
  const filler = (place: number) =>
    `Here are some more thoughts on the matter, as part ${place} of what was asked. `.repeat(25)
  const entries = LONG.map(([, fact], place) => `${filler(place)}${fact} ${filler(place + 10)}`)
  const questions = LONG.map(([subject]) => `What were the thoughts on the ${subject}?`)
  expect(await firstOf(entries, questions)).toEqual(entries)
}, 30_000)
