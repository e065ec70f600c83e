import type { Passage, Why } from '../../mcp/shapes.ts'
import { counted, percent, words as spaced } from '../../ui/format.ts'

interface WhyFoundProps {
  readonly passage: Passage
  readonly why: Why
  readonly best: number
}

/** Why a search found this: the words and what each weighed, and what was added to them. */
export function WhyFound({ passage, why, best }: WhyFoundProps) {
  const words = why.words ?? []
  const most = Math.max(...words.map(({ score }) => score), Number.EPSILON)
  return (
    <details class="why">
      <summary>
        Why was this found?{' '}
        <span class="dim">
          {percent((passage.score ?? 0) / best)} of the best match
          {passage.found_by && `, by ${BY[passage.found_by] ?? passage.found_by}`}
        </span>
      </summary>
      {words.length > 0 && (
        <table>
          <caption class="unseen">Words of the question that it contains</caption>
          <thead>
            <tr>
              <th scope="col">Stem</th>
              <th scope="col">Here</th>
              <th scope="col">In neighbours</th>
              <th scope="col">Rarity</th>
              <th scope="col">Points</th>
            </tr>
          </thead>
          <tbody>
            {words.map(({ word, rarity, score, times, nearby }) => (
              <tr key={word}>
                <td>{word}</td>
                <td>{counted(round(times), 'time')}</td>
                <td>{nearby > 0 ? counted(round(nearby), 'time') : '–'}</td>
                <td>{rarity.toFixed(2)}</td>
                <td>
                  <span class="weight">
                    <span style={{ width: `${(score / most) * 100}%` }} />
                  </span>{' '}
                  {score.toFixed(2)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <ul>
        {why.words_score !== undefined && <li>All words: {why.words_score.toFixed(2)} points</li>}
        {(why.source_boost ?? 0) > 0 && (
          <li>Its source has many hits: + {why.source_boost?.toFixed(2)} points</li>
        )}
        {(why.date_boost ?? 0) > 0 && (
          <li>Its date is asked for: + {why.date_boost?.toFixed(2)} points</li>
        )}
        {(why.later_boost ?? 0) > 0 && (
          <li>It is later than others with the same words: + {why.later_boost?.toFixed(2)}</li>
        )}
        {why.names_speaker && <li>The question names its speaker: + 35 %</li>}
        {why.filters.length > 0 && (
          <li>It passes the filters: {why.filters.map(spaced).join(', ')}</li>
        )}
        {why.keyword_rank !== undefined && <li>Place {why.keyword_rank} by words</li>}
        {why.vector_rank !== undefined && (
          <li>
            Place {why.vector_rank} by meaning
            {why.similarity !== undefined && ` (cosine ${why.similarity.toFixed(3)})`}
          </li>
        )}
      </ul>
      <p class="dim">Rare words bring more points than common ones.</p>
    </details>
  )
}

const BY: Readonly<Record<string, string>> = {
  keyword: 'words',
  vector: 'meaning',
  both: 'words and meaning',
}

function round(number: number): number {
  return Math.round(number * 10) / 10
}
