import './styles/tokens.css';
import './styles/layout.css';
import './styles/tiles.css';
import './styles/people.css';
import './styles/side.css';
import './styles/small.css';
import './styles/tv.css';
import { render } from 'preact';
import { App } from './app.tsx';

const root = document.getElementById('wallboard');
if (root) render(<App />, root);
