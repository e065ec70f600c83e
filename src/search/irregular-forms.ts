import { stem } from './words.ts'

/*
 * Irregular verbs and nouns of English, which the Porter stemmer leaves apart: a question about "buy" also means
 * "bought". A few short names of relatives ("mom", "dad") are here too. Chosen by hand; some forms are also other words
 * ("saw", "left"). Pure.
 */

/** Families of forms, separated by commas. */
const FAMILIES = `arise arose arisen, awake awoke awoken, bear bore borne, beat beaten, become became, begin began begun,
  bend bent, bind bound, bite bit bitten, bleed bled, blow blew blown, break broke broken, breed bred,
  bring brought, build built, burn burnt, buy bought, catch caught, choose chose chosen, cling clung,
  come came, creep crept, deal dealt, dig dug, draw drew drawn, dream dreamt, drink drank drunk, drive drove driven,
  eat ate eaten, fall fell fallen, feed fed, feel felt, fight fought, find found, flee fled, fly flew flown,
  forbid forbade forbidden, forget forgot forgotten, forgive forgave forgiven, freeze froze frozen, get got gotten,
  give gave given, go went gone, grow grew grown, hang hung, have had, hear heard, hide hid hidden, hold held, keep kept,
  kneel knelt, know knew known, lay laid, lead led, lean leant, leap leapt, learn learnt, leave left, lend lent,
  light lit, lose lost, make made, mean meant, meet met, mow mown, pay paid, prove proven, ride rode ridden,
  ring rang rung, rise rose risen, run ran, say said, see saw seen, seek sought, sell sold, send sent, sew sewn,
  shake shook shaken, shine shone, shoot shot, show shown, shrink shrank shrunk, sing sang sung, sink sank sunk,
  sit sat, sleep slept, slide slid, smell smelt, speak spoke spoken, speed sped, spell spelt, spend spent, spill spilt,
  spin spun, spit spat, spoil spoilt, spring sprang sprung, stand stood, steal stole stolen, stick stuck,
  sting stung, strike struck stricken, strive strove striven, swear swore sworn, sweep swept, swell swollen,
  swim swam swum, swing swung, take took taken, teach taught, tear tore torn, tell told, think thought,
  throw threw thrown, tread trod trodden, understand understood, undergo underwent undergone, undertake undertook,
  wake woke woken, wear wore worn, weave wove woven, weep wept, win won, withdraw withdrew withdrawn,
  write wrote written, rewrite rewrote rewritten, overcome overcame, outgrow outgrew outgrown, misunderstand misunderstood,
  child children, man men, woman women, person people, foot feet, tooth teeth, goose geese, mouse mice, ox oxen,
  die dice, half halves, knife knives, leaf leaves, life lives, loaf loaves, shelf shelves, thief thieves, wife wives,
  wolf wolves, calf calves, scarf scarves, self selves, datum data, medium media, analysis analyses, crisis crises,
  criterion criteria, phenomenon phenomena, thesis theses, diagnosis diagnoses, hypothesis hypotheses, cactus cacti,
  fungus fungi, nucleus nuclei, index indices, appendix appendices, matrix matrices,
  good better best, bad worse worst, far further farther, grandchild grandchildren, grandmother grandma granny,
  grandfather grandpa, mother mom mum, father dad`

const families = new Map<string, ReadonlySet<string>>()
for (const family of FAMILIES.split(',')) {
  const stems = new Set(family.trim().split(/\s+/).map(stem))
  for (const one of stems) families.set(one, new Set([...(families.get(one) ?? []), ...stems]))
}

/** The stems of all forms of the word that has this stem, itself first. `formsOf('bought')` is `['bought', 'bui']`. */
export function formsOf(stemmed: string): readonly string[] {
  return [...new Set([stemmed, ...(families.get(stemmed) ?? [])])]
}
