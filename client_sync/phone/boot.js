/**
 * Starts the app, and draws what went wrong when it cannot start: there is never a blank page.
 * Imports nothing before it can say so, hence no words of ui/words: this screen must work when everything else is missing.
 */

const SAFE = '已保存的记录和照片都还在这部手机里，没有丢失。请不要清除浏览器数据。';
const SAFE_EN = 'What you saved is still on this phone. Do not clear the browser’s data.';

/** What each known cause asks for. */
const CAUSES = /** @type {Record<string, [string, string]>} */ ({
  'storage-full': ['手机空间满了，打不开数据库。删掉一些别的照片或应用，再打开本页。', 'The phone has no room left. Delete other photos or apps, then open this page again.'],
  'storage-newer': ['这个页面是旧版本。关掉所有巡土页面，联网后再打开。', 'This page is an older version. Close all Xuntu pages, go online, and open it again.'],
  'storage-broken': ['数据库现在读不了（隐私模式、存储被禁用，或系统正忙）。关掉本页再打开；还不行就重启手机。', 'The database cannot be read now (private mode, storage switched off, or the system is busy). Close this page and open it again; else restart the phone.'],
  'no-module': ['应用文件没有取全。连上网络再打开本页。', 'Some files of the app are missing. Go online and open this page again.'],
});

/** @param {unknown} error */
function failure(error) {
  const code = /** @type {{code?: string}} */ (error)?.code ?? (error instanceof TypeError ? 'no-module' : 'storage-broken');
  const [zh, en] = CAUSES[code] ?? CAUSES['storage-broken'];
  const main = document.createElement('main');
  main.className = 'opening';
  const said = document.createElement('div');
  said.className = 'opening-said';
  said.setAttribute('role', 'alert');
  main.append(said);
  const lines = [['h1', '巡土打不开', 'zh-CN'], ['p', SAFE, 'zh-CN'], ['p', zh, 'zh-CN'], ['p', SAFE_EN, 'en'], ['p', en, 'en'], ['p', `${code} · ${error}`, 'en']];
  for (const [tag, text, lang] of lines) {
    const line = document.createElement(tag);
    line.lang = lang;
    line.textContent = text;
    said.append(line);
  }
  const again = document.createElement('button');
  again.type = 'button';
  again.className = 'big big-primary';
  again.dataset.act = 'open-again';
  again.textContent = '再打开一次 Open again';
  again.addEventListener('click', () => location.reload());
  main.append(again);
  document.getElementById('app')?.replaceChildren(main);
}

/** An older window that sleeps cannot let go of the database by itself; waiting without a word would look broken. */
function blocked() {
  const words = document.getElementById('opening-words');
  if (words) words.textContent = '另一个巡土窗口还开着旧版本，请把它关掉，这里会自动继续。 Another Xuntu window is still open in an older version: close it, and this one goes on by itself.';
}

try {
  const app = await import('./app.js');
  await app.start({ onBlocked: blocked });
} catch (error) {
  console.error(error);
  failure(error);
}
