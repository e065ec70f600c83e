import { useEffect, useState } from 'preact/hooks'
import { useDesk } from '../desk/desk.ts'
import { AgentView } from './agent-view.tsx'
import { BackgroundView } from './background/background-view.tsx'
import { BringView } from './bring/bring-view.tsx'
import { HomeView } from './home-view.tsx'
import { InboxView } from './inbox-view.tsx'
import { NewAgentView } from './new-agent-view.tsx'
import { Palette } from './palette.tsx'
import { ServerView } from './server-view.tsx'
import { SharedView } from './shared-view.tsx'
import { Sidebar, WaitingBadge } from './sidebar.tsx'
import { Toasts } from './toasts.tsx'
import { ToolsView } from './tools/tools-view.tsx'

/** The frame of the page: agents on the left, one place on the right, and the palette over both. */
export function Shell() {
  const desk = useDesk()
  const [palette, setPalette] = useState(false)
  const [menu, setMenu] = useState(false)
  const route = desk.route.value

  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.key.toLowerCase() !== 'k' || !(event.metaKey || event.ctrlKey)) return
      event.preventDefault()
      setPalette((isOpen) => !isOpen)
    }
    addEventListener('keydown', onKey)
    return () => removeEventListener('keydown', onKey)
  }, [])
  useEffect(() => setMenu(false), [route])

  return (
    <div class={menu ? 'shell menu-open' : 'shell'}>
      <button type="button" class="skip" onClick={focusMain}>
        Skip to the content
      </button>
      <header class="topbar">
        <button
          type="button"
          class="button quiet"
          aria-expanded={menu}
          aria-controls="sidebar"
          onClick={() => setMenu(!menu)}
        >
          ☰<span class="unseen"> Menu</span>
        </button>
        <span class="brand">Recollect</span>
        <WaitingBadge />
      </header>
      <Sidebar onPalette={() => setPalette(true)} />
      <main id="main" tabIndex={-1}>
        {desk.connection.value === 'lost' && (
          <p class="banner" role="status">
            The server is away. What you see may be old; the page reconnects by itself.
          </p>
        )}
        <Place />
      </main>
      {palette && <Palette onClose={() => setPalette(false)} />}
      <Toasts />
    </div>
  )
}

function Place() {
  const desk = useDesk()
  const route = desk.route.value
  switch (route.kind) {
    case 'agent':
      return <AgentView key={route.id} id={route.id} tab={route.tab} detail={route.detail} />
    case 'new':
      return <NewAgentView />
    case 'inbox':
      return <InboxView />
    case 'shared':
      return <SharedView />
    case 'server':
      return <ServerView />
    case 'background':
      return <BackgroundView />
    case 'bring':
      return <BringView />
    case 'tools':
      return <ToolsView detail={route.detail} />
    case 'home':
      return <HomeView />
  }
}

function focusMain() {
  document.getElementById('main')?.focus()
}
