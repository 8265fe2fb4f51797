import type { CanonicalName } from './canonical.ts';
import { headerKey } from './header.ts';

/**
 * What retailers' systems call the canonical columns, in the languages that their exports come in. Earlier names are
 * the surer ones; those after `|` are used for other things too, and need the values to agree.
 */
const VOCABULARY: Readonly<Record<CanonicalName, string>> = {
  sold_at: `sold at, order date, invoice date, transaction date, sale date, sales date, purchase date, date of sale, order datetime, transaction datetime,
    sold on, transaction timestamp, order timestamp, purchased at, ordered at, order purchase timestamp, receipt date, ticket date, bill date, posting date,
    trans date, txn date, business date, verkaufsdatum, rechnungsdatum, bestelldatum, belegdatum, buchungsdatum, datum, verkauft am, fecha, fecha de venta, fecha venta, fecha factura,
    fecha pedido, fecha de pedido, date de vente, date vente, date facture, date commande, date de commande, data vendita, data di vendita, data ordine, data fattura, data da venda,
    data venda, data do pedido, data pedido, verkoopdatum, orderdatum, factuurdatum, forsaljningsdatum, salgsdato, dato, data sprzedazy, data zamowienia, tarih, satis tarihi, дата, дата продажи, дата заказа, 日期, 销售日期, 订单日期, 日付, 販売日, 注文日
    | date, datetime, timestamp, day, time stamp, created at, order time, transaction time, data, jour, giorno, dia, tag, week, month, created`,
  order_id: `order id, order number, order no, order nr, invoice no, invoice number, invoice id, invoice, transaction id, transaction number, transaction no, receipt id, receipt number,
    receipt no, ticket id, ticket number, bill no, bill number, sale id, sales id, txn id, trans id, order ref, basket id, purchase id, document number, order, bon id, bonnummer, belegnummer, beleg nr, rechnungsnummer,
    rechnungs nr, bestellnummer, bestell nr, auftragsnummer, auftragsnr, numero de pedido, numero pedido, id pedido, pedido, factura, numero factura, numero de factura, id venta, numero commande, numero de commande, commande,
    numero facture, facture, id vente, numero ordine, ordine, numero fattura, scontrino, fattura, id ordine, numero do pedido, nota fiscal, id venda, ordernummer, factuurnummer, ordrenummer, fakturanummer, numer zamowienia, siparis no, номер заказа, заказ, чек, 订单号, 订单编号, 注文番号
    | transaction, receipt, ticket, bill, order key, reference, beleg, bon, id`,
  line: `line, line number, line no, order line, order line number, order item id, invoice line, line item, item number in order, position, pos, posten, belegposition, zeile, positionsnummer, linea, ligne, riga, linha, regel, regelnummer, orderrad
    | row, row id, row number, item no, seq, sequence`,
  product_id: `product id, product code, product no, product number, sku, sku id, stock code, item id, item code, item number, item sku, article, article number, article no, article id, article code, upc, ean, gtin, asin, barcode, plu, material, material number,
    artikelnummer, artikel nr, artikelnr, artikel id, produktnummer, produkt id, produkt nr, codigo producto, codigo de producto, id producto, id articulo, codigo articulo, referencia, code produit, code article, id produit, reference produit, codice prodotto, id prodotto, codice articolo, codigo do produto, id produto,
    productnummer, productcode, artikelcode, varenummer, vare nr, kod produktu, urun kodu, артикул, код товара, 商品编号, 商品编码, 产品编号, 商品コード
    | product, item, artikel, produkt, producto, articulo, produit, prodotto, produto, articolo, urun, товар, stock id, model, family, 商品`,
  product_name: `product name, product description, item name, item description, product title, article name, article description, description, title, artikelbezeichnung, artikelname, bezeichnung, produktname, produktbezeichnung, nombre producto, nombre del producto, nombre de producto, descripcion, descripcion producto,
    nom produit, nom du produit, designation, libelle, descrizione, nome prodotto, nome do produto, nome produto, descricao, productnaam, omschrijving, varenavn, nazwa produktu, urun adi, наименование, название товара, 商品名称, 产品名称, 商品名
    | product, item, name, artikel, produkt, producto, articulo, produit, prodotto, produto, details`,
  store_id: `store id, store, store number, store no, store nbr, store code, store name, shop id, shop, shop name, branch id, branch, branch code, outlet, outlet id, outlet identifier, location id, site id, warehouse, pos id, till, register, terminal id, filiale, filialnummer, filial nr, filial id, markt, laden,
    tienda, id tienda, sucursal, codigo tienda, magasin, id magasin, boutique, point de vente, negozio, id negozio, punto vendita, loja, id loja, filial, winkel, filiaal, winkelnummer, butik, sklep, magaza, sube, магазин, 门店, 店铺, 店舗
    | site, channel, sales channel, department store, market place, seller id`,
  region: `region, sales region, store region, area, territory, country, country name, state, province, county, gebiet, bundesland, land, verkaufsgebiet, region de ventas, pais, provincia, comunidad, pays, departement, regione, paese, regiao, estado, regio, provincie, woiwodztwo, bolge, ulke, регион, страна, область, 地区, 区域, 国家, 地域
    | market, zone, district, city, location, customer country, ship country, stadt, ciudad, ville, citta, cidade`,
  category: `category, product category, category name, item category, product category name, product line, product group, product type, item type, item group, department, product department, family, merchandise group, commodity group, kategorie, warengruppe, artikelgruppe, produktgruppe, produktkategorie, categoria, categoria de producto,
    categoria producto, linea de producto, categorie, categorie produit, famille, categoria prodotto, reparto, categoria do produto, productgroep, artikelgroep, productcategorie, varegruppe, kategoria, kategori, категория, группа товаров, 类别, 品类, 商品类别, カテゴリ
    | group, class, type, segment, division, genre, dept, sub category, gruppe`,
  customer_id: `customer id, customer, customer no, customer number, customer code, customer key, client id, client number, buyer id, member id, loyalty id, loyalty card, household key, user id, cust id, shopper id, account id, kundennummer, kunden nr, kundennr, kunden id, kunde, id cliente, cliente, codigo cliente, codigo de cliente, numero client, code client, id client,
    codice cliente, codigo do cliente, klantnummer, klant id, klantnr, kundenummer, kundnummer, id klienta, musteri no, musteri id, код клиента, клиент, 客户编号, 客户id, 会员编号, 顧客id
    | client, user, account, member, buyer, customer name, email, customer email`,
  quantity: `quantity, qty, quantity sold, qty sold, quantity ordered, order quantity, order qty, units, units sold, number of units, unit sales, sales qty, item qty, item quantity, items sold, no of items, menge, anzahl, stuck, stueck, stuckzahl, stueckzahl, verkaufte menge, absatz, cantidad, unidades, unidades vendidas, cantidad vendida,
    quantite, qte, nombre d unites, quantita, qta, pezzi, quantidade, qtd, qtde, aantal, hoeveelheid, antall, antal, ilosc, liczba, adet, miktar, количество, кол во, штук, 数量, 件数, 销量, 個数
    | count, items, pieces, pcs, amount, volume, number, sales units`,
  unit_price: `unit price, price per unit, price each, item price, selling price, sale price, retail price, sales price, list price, price, unit selling price, price per item, unit amount, price unit, stuckpreis, stueckpreis, einzelpreis, verkaufspreis, listenpreis, vk preis, preis, preis pro stuck, preis pro einheit, precio, precio unitario, precio unidad, precio de venta, precio venta,
    prix unitaire, prix, prix de vente, pu, prezzo, prezzo unitario, prezzo di vendita, preco, preco unitario, preco de venda, prijs, stukprijs, eenheidsprijs, verkoopprijs, pris, enhetspris, stykpris, cena, cena jednostkowa, fiyat, birim fiyat, цена, цена за единицу, 单价, 售价, 价格, 単価
    | mrp, rate, amount, price usd, price eur, price gbp, base price`,
  unit_cost: `unit cost, cost price, cost per unit, purchase price, unit cost price, item cost, standard cost, product cost, einkaufspreis, ek preis, stuckkosten, stueckkosten, selbstkosten, costo unitario, coste unitario, precio de costo, precio de compra, cout unitaire, prix d achat, prix de revient, costo unitario prodotto, prezzo di acquisto, custo unitario, preco de custo,
    kostprijs, inkoopprijs, koszt jednostkowy, birim maliyet, себестоимость единицы, закупочная цена, 成本价, 单位成本, 原価
    | cost, kosten, costo, coste, cout, custo, koszt, maliyet, себестоимость, 成本`,
  cost: `total cost, cost of goods sold, cogs, cost amount, line cost, sales cost, gesamtkosten, wareneinsatz, costo total, coste total, cout total, costo totale, custo total, totale kosten, koszt calkowity, toplam maliyet, общая себестоимость, 总成本
    | cost, kosten, costo, coste, cout, custo, koszt, maliyet, себестоимость, 成本`,
  discount: `discount, discount rate, discount percent, discount percentage, discount pct, disc, rabatt, rabatt prozent, rabattsatz, nachlass, skonto, descuento, porcentaje descuento, remise, taux de remise, rabais, sconto, sconto percentuale, desconto, korting, kortingspercentage, rabat, indirim, скидка, 折扣, 割引
    | disc pct, promo discount, markdown`,
  revenue: `revenue, sales, total sales, sales amount, total amount, total spent, total price, line total, total revenue, net sales, sales value, gross sales, order total, total, turnover, extended price, sale amount, sales total, net amount, amount paid, gross income total, sales revenue, item total, net revenue, umsatz, gesamtumsatz, gesamtpreis, gesamtbetrag, betrag, nettoumsatz, summe, erlos, erloes,
    ventas, importe, importe total, monto, monto total, total venta, ingresos, ca, chiffre d affaires, montant, montant total, ventes, total ttc, ricavo, ricavi, vendite, importo, totale, fatturato, receita, valor total, vendas, faturamento, valor, omzet, bedrag, totaal, totaalbedrag, omsetning, omsattning, belop, wartosc, wartosc sprzedazy, przychod, tutar, toplam tutar, ciro, выручка, сумма, продажи, стоимость, 销售额, 总金额, 金额, 売上, 売上高, 合計
    | amount, weekly sales, value, gross, net, spend, payment value, sale, subtotal, total usd`,
  profit: `profit, gross profit, margin amount, net profit, total profit, gewinn, rohertrag, deckungsbeitrag, ganancia, beneficio, utilidad, benefice, marge brute, profitto, utile, guadagno, lucro, winst, zysk, kar, прибыль, 利润, 利益
    | margin, marge, gross income, earnings, gross margin`,
  payment_method: `payment method, payment type, payment mode, payment, pay method, tender, tender type, method of payment, paid by, mode of payment, zahlungsart, zahlungsmethode, zahlungsmittel, zahlart, metodo de pago, forma de pago, medio de pago, mode de paiement, moyen de paiement, paiement, metodo di pagamento, pagamento, modalita di pagamento, metodo de pagamento, forma de pagamento,
    betaalmethode, betaalwijze, betalingsmetode, metoda platnosci, odeme yontemi, odeme tipi, способ оплаты, оплата, 支付方式, 付款方式, 支払方法
    | card type, tender name, pago`,
  currency: `currency, currency code, iso currency, currency iso, waehrung, wahrung, moneda, divisa, devise, monnaie, valuta, moeda, waluta, para birimi, валюта, 币种, 货币, 通貨 | ccy, curr, cur`,
};

/** How surely a column name says which canonical column it is, 0 to 1, the surest first. */
export interface NameReading {
  readonly canonical: CanonicalName;
  readonly confidence: number;
}

const SURE = 0.95;
const UNSURE = 0.6;

let readings: ReadonlyMap<string, readonly NameReading[]> | undefined;

/** By key; made when it is first asked for, which for most files it isn't. */
function allReadings(): ReadonlyMap<string, readonly NameReading[]> {
  readings ??= buildReadings();
  return readings;
}

function buildReadings(): ReadonlyMap<string, readonly NameReading[]> {
  const readings = new Map<string, NameReading[]>();
  for (const [canonical, words] of Object.entries(VOCABULARY) as [CanonicalName, string][]) {
    const [sure = '', unsure = ''] = words.split('|');
    const add = (name: string, confidence: number) => {
      const known = readings.get(headerKey(name)) ?? [];
      if (name.trim() === '' || known.some((reading) => reading.canonical === canonical)) return;
      readings.set(headerKey(name), [...known, { canonical, confidence }]);
    };
    add(canonical.replaceAll('_', ' '), 1);
    for (const name of sure.split(',')) add(name, SURE);
    for (const name of unsure.split(',')) add(name, UNSURE);
  }
  for (const list of readings.values()) list.sort((a, b) => b.confidence - a.confidence);
  return readings;
}

/** Canonical columns that a column of this name may be; empty if the name says nothing. */
export function readName(name: string): readonly NameReading[] {
  const exact = allReadings().get(headerKey(name));
  if (exact) return exact;
  // `Price (EUR)`, `Umsatz in €`, `Sales_USD`: the unit is no part of the name.
  const bare = name.replace(/[([].*?[)\]]/g, ' ').replace(/(?:[\s_-]+in)?[\s_-]+(?:[a-z]{3}|[€$£¥%])\s*$/i, ' ');
  const reduced = allReadings().get(headerKey(bare));
  return (reduced ?? []).map(({ canonical, confidence }) => ({ canonical, confidence: confidence * 0.95 }));
}
