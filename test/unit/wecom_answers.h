/* wecom_answers — known answers for WeCom's encryption: from its documents and from the tests of
 * other programs (docs/WECOM.md says which). */
#ifndef KOI_TEST_UNIT_WECOM_ANSWERS_H
#define KOI_TEST_UNIT_WECOM_ANSWERS_H

struct wecom_answer {
    const char *name, *token, *key, *receive_id, *timestamp, *nonce, *encrypt, *signature;
    int pad;           /* the last byte before encryption */
    const char *plain; /* NULL: only the signature is known */
};

static const struct wecom_answer WECOM_ANSWERS[] = {
    {
        .name = "official-doc-post",
        .token = "QDG6eK",
        .key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        .receive_id = "wx5823bf96d3bd56c7",
        .timestamp = "1409659813",
        .nonce = "1372623149",
        .encrypt = "RypEvHKD8QQKFhvQ6QleEB4J58tiPdvo+rtK1I9qca6aM/wvqnLSV5zEPeusUiX5L5X/0lWf"
                   "rf0QADHHhGd3QczcdCUpj911L3vg3W/sYYvuJTs3TUUkSUXxaccAS0qhxchrRYt66wiSpGLY"
                   "L42aM6A8dTT+6k4aSknmPj48kzJs8qLjvd4Xgpue06DOdnLxAUHzM6+kDZ+HMZfJYuR+LtwG"
                   "c2hgf5gsijff0ekUNXZiqATP7PF5mZxZ3Izoun1s4zG4LUMnvw2r+KqCKIw+3IQH03v+BCA9"
                   "nMELNqbSf6tiWSrXJB3LAVGUcallcrw8V2t9EL4EhzJWrQUax5wLVMNS0+rUPA3k22Ncx4XX"
                   "ZS9o0MBH27Bo6BpNelZpS+/uh9KsNlY6bHCmJU9p8g7m3fVKn28H3KDYA5Pl/T8Z1ptDAVe0"
                   "lXdQ2YoyyH2uyPIGHBZZIs2pDBS8R07+qN+E7Q==",
        .signature = "477715d11cdb4164915debcba66cb864d751f3e6",
        .pad = 30,
        .plain = "<xml><ToUserName><![CDATA[wx5823bf96d3bd56c7]]></ToUserName>\n"
                 "<FromUserName><![CDATA[mycreate]]></FromUserName>\n"
                 "<CreateTime>1409659813</CreateTime>\n"
                 "<MsgType><![CDATA[text]]></MsgType>\n"
                 "<Content><![CDATA[hello]]></Content>\n"
                 "<MsgId>4561255354251345929</MsgId>\n"
                 "<AgentID>218</AgentID>\n"
                 "</xml>",
    },
    {
        .name = "official-sample-echostr",
        .token = "QDG6eK",
        .key = "jWmYm7qr5nMoAUwZRjGtBxmz3KA1tkAj3ykkR6q2B2C",
        .receive_id = "wx5823bf96d3bd56c7",
        .timestamp = "1409659589",
        .nonce = "263014780",
        .encrypt = "P9nAzCzyDtyTWESHep1vC5X9xho/qYX3Zpb4yKa9SKld1DsH3Iyt3tP3zNdtp+4RPcs8TgAE"
                   "7OaBO+FZXvnaqQ==",
        .signature = "5c45ff5e21c57e6ad56bac8758b79b1d9ac89fd3",
        .pad = 7,
        .plain = "1616140317555161061",
    },
    {
        .name = "go-workwx-echostr",
        .token = "kjr2TKI8umCBfVF3wAHk8JiPwma5VBme",
        .key = "4Ma3YBrSBbX2aez8MJpXGBne5LSDwgGqHbhM9WPYIws",
        .receive_id = "ww6a112864f8022910",
        .timestamp = "1583940690",
        .nonce = "VHh7ymSeb0jc4lSb",
        .encrypt = "6KmUQuPVu7UhjyVqRdbo5SfcRqaHvbUlKSHFvBV2ZuR6TIlKsygcfeSd1GDplg1C5KSKr6UP"
                   "HCaC/nIX3ZNt9w==",
        .signature = "1ba3cb09c0d2c2b3ed6900d37f91a6efae6cb011",
        .pad = 3,
        .plain = "94966531020182955848408",
    },
    {
        .name = "go-workwx-post",
        .token = "kz7Yx62CH8SaLN",
        .key = "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP",
        .receive_id = "ww6a112864f8022910",
        .timestamp = "1583995625",
        .nonce = "1584392382",
        .encrypt = "EUCt7xMcNiyASzZj0Hjc5yDjFQrCum6AfQ3ntHiUzjGQ51xieKmbvtrZ40/EcB2W/W8yH0n4"
                   "Lqx48gJl/T9HD/R309I0P/r5pIZucK3lyEn48FYMr4YdE0QdL2jIJ3xkcXUr6uzefzCxG6lM"
                   "vwpAJaOyVCzN7sRRw47njfxy5EIqU6R9ZBhlTzfdnhhOhK/nTwzrZX3SoGlXFA9OBeZ6ru1N"
                   "WpXFk76x9DUMe0lcxPPiUqK8ctnQcYXSGUHVqC6DfG7E7mab0OmruNN8cBZY5d3dYOBA4Oga"
                   "H55Q0AJmUpdT8vNiXpXx+6TxT3TIjySXpDrHVyrsb772aYywgg/Nu4kUmGkALwFZlzhjNegR"
                   "7wDwb9lr4ERXsSSS8JZ8lbBmaQ3F2Tq584xoPj5rIhXAF734ynm4no1g+SdHiNqR328=",
        .signature = "f265ae551b1932727204c3d707628d01376a6940",
        .pad = 13,
        .plain = "<xml><ToUserName><![CDATA[ww6a112864f8022910]]></ToUserName><FromUserNam"
                 "e><![CDATA[foo" "bar]]></FromUserName><CreateTime>1583995625</CreateTime><M"
                 "sgType><![CDATA[text]]></MsgType><Content><![CDATA[x123]]></Content><Msg"
                 "Id>2018405441</MsgId><AgentID>1000002</AgentID></xml>",
    },
    {
        .name = "go-workwx-sig-only",
        .token = "kz7Yx62CH8SaLN",
        .key = "cD0d7jx4tYvVtzqrmh3Dm3QFCXe6f8SlHoMtMh3qQEP",
        .timestamp = "1583995625",
        .nonce = "1584392382",
        .encrypt = "fyVN9BUnH6xNl0/VCHTCg6XGxxvoFdyZ7VQbAbBcQ79dVccYvdIyJYZSMMhkPy8LPaoe+V27"
                   "qjoQ553fXavmrPOgxzHrKKf3YIu63pB4/nN0LY4S+GzUFi/LLFj1TI1sOh0q2jT5u1nYz5G3"
                   "HFNLd3DFUvJVLtZl8mVMwUOzBpzKZhhmCvIJLVlvym9tt+VYwG06MSbmnf9AzYFKhm1BIy+9"
                   "5Q824ilY6Wy8l+vkFqEdASl2k83jMXvlkVRSB3hmNptWTbq8ygDdLtkCyA4UEiZvfTskqqVk"
                   "bYwLptRl/1F+DVL9SH/TWt2j3dCm4rzY5jQG+fA+2xh2Kk+OrVgafqtQCfhjq8C38A2IwCcg"
                   "2BONKk8s5ijFxQoszmXvJQ3zLYbjzRWQ40xhryDyPNNse7/slKVW2QMBEUPNOxUcX9k=",
        .signature = "a44d1b7dc3dc4b02edd99dc32afa6a26be7c92f6",
    },
    {
        .name = "powerwechat-post-utf8",
        .token = "pcoLldqMu2WQQtYBeDX5HiXPsBFlTnDM",
        .key = "CyjBvGm4tJNmcThkeL5Wajzom4jKlBygKtpTkYeqsnE",
        .receive_id = "wwedab3d5fc43636d8",
        .timestamp = "1623301925",
        .nonce = "1624217036",
        .encrypt = "ZBY4h9SD1Y/v+ighMGU4yHSVWyMuf2UdQQfFuB8S/SY5il9MynR1rtKIJDG871vOqaCs0FVj"
                   "e6bX0VyhvL02PG7FXjRR+rAyiwVv7T7nBGgamkPeOv4n/jXgFQnY6NEt3Zym09t4aI+21pDc"
                   "E6uN6JzcC+hxw5sBfVyza3NHyuLiyhvalsFbasA4HNcnK+4/3eZLMo+e6yvHUsY4WhmZWW5u"
                   "5mHcDZm1jtI2fUtzod6Sx7PrCOhm+zUO1I98OD0EmICxHHMjMkGmSFuGhG8vXRKaRavzvV/f"
                   "kscZK1HjW+XJOV0c9wYDZT+/LTjDS/yx5KkM5lIksiw57DsCro9gvmE1WdvB3bw3m+5ie2x1"
                   "ZRSuh6ik1rbMTiXgJXt0MnbV8VsyPe1zhkbug1cwdhT9zcOTieb0oyiIl3wSAEkNNBNBaWB+"
                   "78V1hM/ngMoZgKaaasJUCGtPH/rN+YnxGicDOg==",
        .signature = "d728d2bea7e28585ebd14eacbd330d84073fe7f1",
        .pad = 24,
        .plain = "<xml><ToUserName><![CDATA[wwedab3d5fc43636d8]]></ToUserName><FromUserNam"
                 "e><![CDATA[WangChaoYi]]></FromUserName><CreateTime>1623301925</CreateTim"
                 "e><MsgType><![CDATA[text]]></MsgType><Content><![CDATA[密文测试]]></Content>"
                 "<MsgId>6972028683187026694</MsgId><AgentID>1000005</AgentID></xml>",
    },
};

enum { WECOM_ANSWER_COUNT = sizeof WECOM_ANSWERS / sizeof *WECOM_ANSWERS };

#endif
