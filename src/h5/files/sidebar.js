/* What the pages of src/h5 can do more with JavaScript: sign in without a press, ask WeCom whose
 * chat is open, copy and send scripts. Everything else works without it. */
(function () {
  'use strict';
  var all = function (what) {
    return Array.prototype.slice.call(document.querySelectorAll(what));
  };
  var one = function (what) {
    return document.querySelector(what);
  };

  /* A form is sent once, however often it is pressed. */
  all('form').forEach(function (form) {
    form.addEventListener('submit', function (event) {
      if (form.dataset.sent) return event.preventDefault();
      form.dataset.sent = '1';
    });
  });
  window.addEventListener('pageshow', function (event) {
    if (event.persisted)
      all('form').forEach(function (form) {
        delete form.dataset.sent;
      });
  });

  var now = one('form[data-now]');
  if (now) {
    now.dataset.sent = '1';
    return now.submit();
  }

  var load = function (src) {
    return new Promise(function (resolve, reject) {
      var script = document.createElement('script');
      script.src = src;
      script.onload = resolve;
      script.onerror = reject;
      document.head.appendChild(script);
    });
  };
  /* WeCom's own scripts, only inside its client. */
  var sdk = function () {
    if (window.wx && window.wx.agentConfig) return Promise.resolve(window.wx);
    if (!/wxwork/i.test(navigator.userAgent)) return Promise.reject(new Error('not in WeCom'));
    return load('https://res.wx.qq.com/open/js/jweixin-1.2.0.js')
      .then(function () {
        return load('https://open.work.weixin.qq.com/wwopen/js/jwxwork-1.0.0.js');
      })
      .then(function () {
        return window.wx;
      });
  };
  var apis = ['getCurExternalContact', 'sendChatMessage'];
  var configure = function () {
    var url = location.href.split('#')[0];
    return Promise.all([sdk(), fetch('/api/wecom/js-sign?url=' + encodeURIComponent(url))]).then(
      function (got) {
        var wx = got[0];
        if (!got[1].ok) throw new Error('not signed');
        return got[1].json().then(function (sign) {
          return new Promise(function (resolve, reject) {
            var common = { timestamp: sign.timestamp, nonceStr: sign.nonce, jsApiList: apis };
            var agent = function () {
              wx.agentConfig(
                Object.assign({}, common, {
                  corpid: sign.corp_id,
                  agentid: sign.agent_id,
                  signature: sign.agent_signature,
                  success: function () {
                    resolve(wx);
                  },
                  fail: reject,
                }),
              );
            };
            if (!wx.config || !wx.ready) return agent();
            wx.ready(agent);
            wx.error && wx.error(reject);
            wx.config(
              Object.assign({}, common, {
                beta: true,
                debug: false,
                appId: sign.corp_id,
                signature: sign.config_signature,
              }),
            );
          });
        });
      },
    );
  };
  var invoke = function (wx, name, what) {
    return new Promise(function (resolve, reject) {
      wx.invoke(name, what, function (said) {
        if (said.err_msg === name + ':ok') resolve(said);
        else reject(new Error(said.err_msg));
      });
    });
  };

  /* Whose chat: posted, never in an address. */
  var finder = one('form.finder');
  if (finder) {
    var finding = one('#finding');
    sdk()
      .then(function () {
        finding.hidden = false;
        finding.textContent = finding.dataset.asking;
        return configure();
      })
      .then(function (wx) {
        return invoke(wx, 'getCurExternalContact', {});
      })
      .then(function (said) {
        finder.elements.external_userid.value = said.userId;
        finder.submit();
      })
      .catch(function () {
        finding.textContent = finding.dataset.failed;
      });
  }

  var say = function (button, words) {
    button.textContent = words;
    button.setAttribute('aria-live', 'polite');
  };
  var copyText = function (text) {
    if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
    var area = document.createElement('textarea');
    area.value = text;
    document.body.appendChild(area);
    area.select();
    var did = document.execCommand('copy');
    area.remove();
    return did ? Promise.resolve() : Promise.reject(new Error('not copied'));
  };
  /* The chat may be another's by now, and the texts name this customer. */
  var check = one('form.check');
  var sameChat = function (wx) {
    if (!check) return Promise.resolve();
    return invoke(wx, 'getCurExternalContact', {})
      .then(function (said) {
        check.elements.external_userid.value = said.userId;
        return fetch(check.action, {
          method: 'POST',
          body: new URLSearchParams(new FormData(check)),
        });
      })
      .then(function (reply) {
        check.elements.external_userid.value = '';
        var path = new URL(reply.url).pathname;
        if (!reply.ok || path + '/scripts' !== location.pathname) throw new Error('other');
      });
  };
  var scripts = all('[data-acts]');
  scripts.forEach(function (acts) {
    var text = acts.parentNode.querySelector('[data-script]').textContent;
    var copy = acts.querySelector('[data-copy]');
    acts.hidden = false;
    copy.addEventListener('click', function () {
      copyText(text).then(function () {
        say(copy, copy.dataset.done);
      });
    });
  });
  if (scripts.length > 0) {
    configure()
      .then(function (wx) {
        scripts.forEach(function (acts) {
          var send = acts.querySelector('[data-send]');
          var text = acts.parentNode.querySelector('[data-script]').textContent;
          send.hidden = false;
          send.addEventListener('click', function () {
            var message = { msgtype: 'text', enterChat: false, text: { content: text } };
            sameChat(wx)
              .then(function () {
                return invoke(wx, 'sendChatMessage', message);
              })
              .then(
                function () {
                  say(send, send.dataset.done);
                },
                function (error) {
                  var other = error && error.message === 'other';
                  say(send, other ? send.dataset.other : send.dataset.failed);
                },
              );
          });
        });
      })
      .catch(function () {});
  }
})();
